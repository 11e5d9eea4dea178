/**
 * crawl: turns URLs into pages, and pages into documents and further URLs. It promises that each URL of a run is
 * stored once, that a page, its raw body, its document, its links and the end of its job are one unit, that robots.txt
 * and the pace of each host are kept across restarts and processes, and that no address of the inner network is
 * touched unless allowed. It never fetches inside a transaction, never drops a link it has seen, and never decides what
 * is done with a document afterwards: that is `onDocument`.
 */
import type { Definition } from '../store/index.ts'
import { duplicateDefinitions } from './duplicates/index.ts'
import { deepenDefinitions, reExtractDefinitions } from './stages/index.ts'
import {
  changeDefinitions,
  deleteRunDefinitions,
  documentDefinitions,
  metricDefinitions,
  pageDefinitions,
  redriveRunDefinitions,
  runDefinitions,
  soundnessQueries,
  sourceDefinitions,
  versionDefinitions,
} from './history/index.ts'
import { robotsDefinitions } from './politeness/index.ts'
import { wordpressDefinitions } from './wordpress/index.ts'

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
export { createHttpClients, networkFacts } from './fetch/index.ts'
export type { BasicAuth, HttpClients, NetworkFacts, SourceNetwork } from './fetch/index.ts'
export {
  cancelRun,
  changesOf,
  countOrphanedBodies,
  deleteRunMetrics,
  deleteRunPages,
  deleteRunRow,
  diffRuns,
  documentsOwnedByRun,
  getRun,
  pageOfRun,
  pageVersions,
  runCanGoOn,
  runWithSource,
  takeUpRun,
  listRuns,
  newestTime,
  runMetrics,
  pageRowsIn,
  sourceOf,
  summarizeRun,
} from './history/index.ts'
export { CRAWL_KINDS, DEEPEN_LANE, PAGE_KIND, WORDPRESS_KIND } from './frontier.ts'
export type { Pace } from './frontier.ts'
export type {
  DiffSpan,
  Latency,
  Metrics,
  PageChange,
  PageVersion,
  Run,
  RunLimits,
  RunMetrics,
  RunState,
  RunSummary,
  Source,
  SourceKind,
  UrlDifference,
} from './history/index.ts'
export { previewCrawl, runGates, whyUnseen } from './explain/index.ts'
export type { PreviewOptions, RunGate, SeedPreview, Unseen } from './explain/index.ts'
export { contentOfFragment, extractContent } from './read/content/index.ts'
export type { Content, FragmentContent } from './read/content/index.ts'
export { decodeHtml } from './read/html/index.ts'
export { keptCrawlDelayMs, keptOpinion } from './politeness/index.ts'
export { parsePattern } from './scope/index.ts'
export type { ScopeRules } from './scope/index.ts'
export { decompress, EXTRACTOR_VERSION } from './read/page/index.ts'
export { countStored, RE_EXTRACT_KIND, RE_EXTRACT_LANE, startReExtract } from './stages/index.ts'
export type { ReExtract, ReExtractOptions, Selection } from './stages/index.ts'
export { completenessOf } from './wordpress/index.ts'
export type { CollectionProof, Completeness } from './wordpress/index.ts'

/** What a store must be opened with for a crawl to work on it. */
export const crawlDefinitions: readonly Definition[] = [
  ...sourceDefinitions,
  ...runDefinitions,
  ...pageDefinitions,
  ...documentDefinitions,
  ...changeDefinitions,
  ...robotsDefinitions,
  ...deepenDefinitions,
  ...reExtractDefinitions,
  ...duplicateDefinitions,
  ...deleteRunDefinitions,
  ...soundnessQueries,
  ...redriveRunDefinitions,
  ...versionDefinitions,
  ...metricDefinitions,
  ...wordpressDefinitions,
]
