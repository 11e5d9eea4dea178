/** Which failures are one unit's own fault, and which concern whatever was sent with it. */
import type { ErrorCode, MillraceError } from '../../model/index.ts'

const WHOLE_BATCH: ReadonlySet<ErrorCode> = new Set([
  'Busy',
  'Closed',
  'Corrupt',
  'DiskFull',
  'InputOutput',
  'NoPermission',
  'StoreUnreachable',
])

/** True when the same would happen to any other unit: nothing of the batch is applied. */
export function harmsWholeBatch(error: MillraceError): boolean {
  return WHOLE_BATCH.has(error.code)
}
