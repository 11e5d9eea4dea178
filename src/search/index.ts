/**
 * search: turns documents into full text, and words into hits. It promises that a URL is found by its newest document
 * version only, that indexing a document twice is indexing it once, and that whatever is typed is a valid question.
 * It never moves a document's text through JavaScript to index it, never changes a document, and never fetches.
 */
import type { Definition } from '../store/index.ts'
import { forgetIndexed, indexDocuments, tidyIndex } from './index-document.ts'
import { hits } from './search.ts'

export { forgetIndexed, indexDocuments, tidyIndex } from './index-document.ts'
export { INDEX_LANE, indexStage, offerIndex } from './index-stage.ts'
export type { IndexOffer } from './index-stage.ts'
export { search } from './search.ts'
export type { Hit } from './search.ts'
export type { Marks } from './snippet.ts'

/** What a store must be opened with for search to work on it. */
export const searchDefinitions: readonly Definition[] = [
  indexDocuments.definition,
  forgetIndexed.definition,
  tidyIndex.definition,
  hits.definition,
]
