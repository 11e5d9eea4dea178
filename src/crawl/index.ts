/**
 * crawl: turns URLs into pages, and pages into documents and further URLs. It promises that each URL of a run is
 * stored once, that a page, its raw body, its document, its links and the end of its job are one unit, that robots.txt
 * and the pace of each host are kept across restarts and processes, and that no address of the inner network is
 * touched unless allowed. It never fetches inside a transaction, never drops a link it has seen, and never decides what
 * is done with a document afterwards: that is `onDocument`.
 */
import type { Definition } from '../store/index.ts'
import { duplicateDefinitions } from './duplicates/index.ts'
import { deepenDefinitions } from './stages/index.ts'
import {
  deleteRunDefinitions,
  pageDefinitions,
  redriveRunDefinitions,
  runDefinitions,
  soundnessQueries,
  sourceDefinitions,
  versionDefinitions,
} from './history/index.ts'
import { robotsDefinitions } from './politeness/index.ts'

export {
  duplicateCounts,
  fillInFingerprints,
  fingerprintGaps,
  membersTeller,
  rejoinClusters,
} from './duplicates/index.ts'
export type {
  DuplicateCounts,
  FingerprintGaps,
  Membership,
  MembersScope,
  MembersTeller,
} from './duplicates/index.ts'
export { startCrawl } from './crawl.ts'
export type { Crawl, CrawlOptions } from './crawl.ts'
export {
  cancelRun,
  countOrphanedBodies,
  deleteRunPages,
  deleteRunRow,
  documentsOwnedByRun,
  getRun,
  pageOfRun,
  pageVersions,
  runCanGoOn,
  runWithSource,
  takeUpRun,
  listRuns,
  newestTime,
  pageRowsIn,
  sourceOf,
  summarizeRun,
} from './history/index.ts'
export { CRAWL_KINDS, DEEPEN_LANE, PAGE_KIND } from './frontier.ts'
export type { Pace } from './frontier.ts'
export type { PageVersion, Run, RunLimits, RunState, RunSummary, Source } from './history/index.ts'
export { previewCrawl, runGates, whyUnseen } from './explain/index.ts'
export type { PreviewOptions, RunGate, SeedPreview, Unseen } from './explain/index.ts'
export { keptCrawlDelayMs, keptOpinion } from './politeness/index.ts'
export type { ScopeRules } from './scope/index.ts'

/** What a store must be opened with for a crawl to work on it. */
export const crawlDefinitions: readonly Definition[] = [
  ...sourceDefinitions,
  ...runDefinitions,
  ...pageDefinitions,
  ...robotsDefinitions,
  ...deepenDefinitions,
  ...duplicateDefinitions,
  ...deleteRunDefinitions,
  ...soundnessQueries,
  ...redriveRunDefinitions,
  ...versionDefinitions,
]
