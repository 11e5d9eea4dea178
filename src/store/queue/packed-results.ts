/** A keyed unit's results as text, so that whoever sends it again gets what the first one got. */
import type { RawResult } from './batch-report.ts'

/** The text. Only bytes are objects there, so an object in it is bytes. */
export function packResults(results: readonly RawResult[]): string {
  return JSON.stringify(results, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  )
}

/** The results that were packed. */
export function unpackResults(text: string): RawResult[] {
  return JSON.parse(text, (_, value: { base64?: string } | null) =>
    typeof value?.base64 === 'string' ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value,
  ) as RawResult[]
}
