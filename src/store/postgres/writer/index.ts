/**
 * writer: turns batches of units into group commits on the one connection of this process that writes. It promises that
 * a unit is acknowledged when it is durable, that a lost connection makes no unit applied twice, and that a refusal says
 * whether the unit can have been applied. It never reads for others and keeps no transaction open while anyone works.
 */
export { BatchWriter } from './batch-writer.ts'
export { WriteSession } from './write-session.ts'
