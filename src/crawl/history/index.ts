/**
 * history: turns what a crawl learns into rows that stay: sources, runs, pages with their raw bodies, and documents. It
 * promises that a URL has one page a run, and that what was fetched is added and never overwritten. It never fetches and
 * never decides what is read next.
 */
export {
  changeDefinitions,
  countUnasked,
  diffRuns,
  earlierPage,
  freshUrls,
  hasOtherRun,
  knownUrls,
  UNASKED,
} from './changes/index.ts'
export type { DiffSpan, EarlierPage, PageChange, UrlDifference } from './changes/index.ts'
export {
  deleteRunDefinitions,
  deleteRunPages,
  deleteRunRow,
  discardRun,
  documentsOwnedByRun,
} from './upkeep/delete-run.ts'
export {
  countHostClosed,
  deleteRunMetrics,
  meteredStage,
  metricDefinitions,
  runMetrics,
} from './metrics/index.ts'
export type { Latency, Metrics, RunMetrics } from './metrics/index.ts'
export { openRun } from './open-run.ts'
export type { OpenedRun } from './open-run.ts'
export { documentCommands, documentDefinitions, isPost, nameImage } from './document.ts'
export type { DocumentRow, Fingerprinted } from './document.ts'
export { addGonePage, addKeptPage, addPage, addRawBody, dropPage, pageDefinitions } from './page.ts'
export { redriveRunDefinitions, runCanGoOn, runWithSource, takeUpRun } from './upkeep/redrive-run.ts'
export {
  cancelRun,
  countInRun,
  endRun,
  getRun,
  listRuns,
  newestRun,
  resumeRun,
  runDefinitions,
  runHasRoom,
  runIsRunning,
  startRun,
} from './run.ts'
export type { Run, RunLimits, RunState } from './run.ts'
export { countOrphanedBodies, newestTime, soundnessQueries } from './upkeep/soundness.ts'
export type { OrphanedBodies } from './upkeep/soundness.ts'
export { addSource, findSource, sourceDefinitions, sourceOf } from './source.ts'
export type { Source, SourceKind } from './source.ts'
export { pageOfRun, pageVersions, versionDefinitions } from './versions.ts'
export type { PageVersion } from './versions.ts'
export { changesOf, pageRowsIn, pagesIn, summarizeRun } from './summary.ts'
export type { RunSummary } from './summary.ts'
