/** Digests name content: the same bytes have the same name on every machine and backend. */
import { hash } from 'node:crypto'

/** SHA-256 of bytes, or of a string's UTF-8, as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}
