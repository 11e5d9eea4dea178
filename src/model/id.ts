/** Ids are UUIDv7 (RFC 9562 section 5.7) made by Millrace as text, so they sort by time on every backend. */
import { randomFillSync } from 'node:crypto'

/** Makes a new id. `atMs` is milliseconds since 1970; the rest is random. */
export function newId(atMs: number): string {
  const bytes = Buffer.allocUnsafe(16)
  randomFillSync(bytes)
  bytes.writeUIntBE(atMs, 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
