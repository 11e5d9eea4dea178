/**
 * connect: turns a URL into sessions of a Postgres server. It promises that every wait ends in a stated time
 * (`limits.ts`), that a session which is lost stays lost, that a failure is told by code with what to do, and that no
 * password is ever shown. It never sends a statement again by itself: only who knows what it means may.
 */
export { durabilityNotices } from './check-server.ts'
export { connectorOf } from './connector.ts'
export { endLeft } from './end-left.ts'
export { LIMITS } from './limits.ts'
export type { Limits, Purpose } from './limits.ts'
export { postgresError, sqlState } from './postgres-error.ts'
export { delayMs, RETRIES, retryOf } from './retry-policy.ts'
export type { Retry } from './retry-policy.ts'
export type { Answer, Connection, Connector, ConnectOptions, Param, Sent, ServerFacts } from './types.ts'
export { settled } from './settled.ts'
