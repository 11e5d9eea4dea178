/**
 * address: turns a Postgres URL into where the server is, who asks and how it is encrypted. It promises that every word
 * of the URL is understood or refused by name, and never shows a password.
 */
export { isLocal, nameOf, parseAddress } from './postgres-url.ts'
export type { Address, SslMode } from './postgres-url.ts'
export { tlsOf } from './tls.ts'
