/**
 * writer: turns batches of units into group commits on the one write connection of this process, in a thread of its own.
 * It promises that a unit is acknowledged when it is durable and refused when it is not applied. It never reads for others.
 */
export { startWriter } from './start-writer.ts'
export type { WriterData } from './writer-data.ts'
