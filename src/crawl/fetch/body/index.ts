/**
 * body: turns the pieces of a body into its bytes, and those into its content. It promises that no body grows beyond the
 * limits, while it comes and while it is decoded. It never reads a socket.
 */
export { ACCEPT_ENCODING, decodeBody } from './decode.ts'
export { Gatherer } from './gather.ts'
