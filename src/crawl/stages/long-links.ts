/** Links that are too long to be followed: the page says that it had some. */
import { URL_CHARS_MAX } from '../../model/index.ts'
import { TOO_LONG, type CompiledScope } from '../scope/index.ts'

/** How many links of a page are not followed for their length alone, in words; null where there are none. */
export function longLinksNote(scope: CompiledScope, links: readonly string[]): string | null {
  const long = links.filter((url) => url.length > URL_CHARS_MAX && scope.explain(url).reason === TOO_LONG)
  return long.length === 0 ? null : `${long.length} of its links not followed: ${TOO_LONG}`
}
