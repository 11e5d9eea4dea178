/**
 * changes: turns the versions of a page into what happened to it: from one answer to the next, and from one run to
 * another. It promises that a page is gone only when two runs in a row did not find it. It never fetches, and never
 * takes an answer that says nothing for one that does.
 */
import { diffQueries } from './diff.ts'
import { earlierPage, hasOtherRun } from './earlier.ts'
import { countUnasked, freshUrls, knownUrls } from './known.ts'

export { diffRuns } from './diff.ts'
export type { DiffSpan, DocumentState, UrlDifference } from './diff.ts'
export { earlierPage, hasOtherRun } from './earlier.ts'
export type { EarlierPage } from './earlier.ts'
export { changeOf, countChange, uncountChange, wasThere } from './judge-page.ts'
export type { PageChange } from './judge-page.ts'
export { countUnasked, freshUrls, knownUrls, UNASKED } from './known.ts'

/** What a store must be opened with to tell changes. */
export const changeDefinitions = [
  earlierPage.definition,
  hasOtherRun.definition,
  knownUrls.definition,
  freshUrls.definition,
  countUnasked.definition,
  ...diffQueries,
]
