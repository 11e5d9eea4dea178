/**
 * fetch: turns one URL into one answer: status, raw headers, decoded body, the address that answered. It promises that
 * every wait and every byte is bounded, that certificates are verified, that no connection is made to an address that
 * is not on the public internet unless it was allowed, and that each failure is one error of the family. It never
 * follows a redirect, never retries, never paces and never reads robots.txt: those decisions have owners above it.
 */
export { createHttpClients } from './agent.ts'
export type { HttpClients } from './agent.ts'
export { header, redirectOf } from './answer.ts'
export type { FetchAnswer, FetchHead, FetchRequest, HeaderList } from './answer.ts'
export { createFetcher } from './fetcher.ts'
export type { Fetcher, FetcherOptions } from './fetcher.ts'
export type { FetchLimits } from './limits.ts'
export { isPublicAddress, networkFacts, requireUserAgent } from './network/index.ts'
export type { BasicAuth, NetworkFacts, Resolve, ResolvedAddress, SourceNetwork } from './network/index.ts'
export { retryAfterMs } from './retry-after.ts'
