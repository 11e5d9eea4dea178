/** Ids are UUIDv7 (RFC 9562 section 5.7) made by Millrace as text, so they sort by time on every backend. */
import { randomUUID } from 'node:crypto'

/** Where the twelve random bits behind the version digit of a UUIDv4 begin; variant and the other 62 follow. */
const RANDOM_AT = 15

/**
 * Makes a new id. `atMs` is milliseconds since 1970; the rest is random. The random part is that of a UUIDv4, because
 * node keeps random bytes in store for those: asking for 16 bytes at a time costs three times as much.
 */
export function newId(atMs: number): string {
  const time = atMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(RANDOM_AT)}`
}
