/**
 * history: turns what a crawl learns into rows that stay: sources, runs, pages with their raw bodies, and documents. It
 * promises that a URL has one page a run, and that what was fetched is added and never overwritten. It never fetches and
 * never decides what is read next.
 */
export {
  deleteRunDefinitions,
  deleteRunPages,
  deleteRunRow,
  discardRun,
  documentsOwnedByRun,
} from './delete-run.ts'
export { openRun } from './open-run.ts'
export type { OpenedRun } from './open-run.ts'
export { addPage, addRawBody, documentCommands, pageDefinitions } from './page.ts'
export { redriveRunDefinitions, runCanGoOn, runWithSource, takeUpRun } from './redrive-run.ts'
export {
  cancelRun,
  countInRun,
  endRun,
  getRun,
  listRuns,
  runDefinitions,
  runHasRoom,
  runIsRunning,
} from './run.ts'
export type { Run, RunLimits, RunState } from './run.ts'
export { countOrphanedBodies, newestTime, soundnessQueries } from './soundness.ts'
export type { OrphanedBodies } from './soundness.ts'
export { sourceDefinitions, sourceOf } from './source.ts'
export type { Source } from './source.ts'
export { pageOfRun, pageVersions, versionDefinitions } from './versions.ts'
export type { PageVersion } from './versions.ts'
export { pageRowsIn, pagesIn, summarizeRun } from './summary.ts'
export type { RunSummary } from './summary.ts'
