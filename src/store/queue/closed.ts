/** What is said once a store is closed. */
import { MillraceError } from '../../model/index.ts'

/** What a closed store says to whoever still asks. */
export function closed(): MillraceError {
  return new MillraceError('Closed', 'the store is closed')
}
