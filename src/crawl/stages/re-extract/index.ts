/**
 * re-extract: turns stored pages into new versions of their documents, by the reader of today, without fetching. It
 * promises that each selected URL is read once a run, whatever interrupts it, that a version is added only where it says
 * something else, and that a page which was fetched meanwhile is never hidden by an older one. It never changes a page.
 */
import { reExtractStageDefinitions } from './re-extract-stage.ts'
import { selectionDefinitions } from './selection.ts'

export { startReExtract } from './re-extract-run.ts'
export type { ReExtract, ReExtractOptions } from './re-extract-run.ts'
export { RE_EXTRACT_KIND, RE_EXTRACT_LANE, RE_EXTRACT_WALK_KIND } from './re-extract-stage.ts'
export { countStored } from './selection.ts'
export type { Selection } from './selection.ts'

/** What a store must be opened with to read stored pages again. */
export const reExtractDefinitions = [...selectionDefinitions, ...reExtractStageDefinitions]
