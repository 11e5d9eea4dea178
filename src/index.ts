/**
 * The public API: what a program needs to crawl, export and search. docs/library.md shows it at work. Whatever is not
 * named here may change with any release.
 */
export { startIndexedCrawl as startCrawl } from './app/commands/crawl/indexed-crawl.ts'
export type { IndexedCrawlOptions as CrawlOptions } from './app/commands/crawl/indexed-crawl.ts'
export { exportDataset } from './app/commands/export-dataset.ts'
export type { ExportOptions } from './app/commands/export-dataset.ts'
export { defineConfig } from './app/config/index.ts'
export type {
  Config,
  CrawlConfig,
  DatabaseConfig,
  NetworkConfig,
  PipelineConfig,
  SourceConfig,
} from './app/config/index.ts'
export { openReader, openStore } from './app/open-store.ts'
export type { WaitForRoom } from './app/open-store.ts'
export {
  completenessOf,
  createHttpClients,
  diffRuns,
  runMetrics,
  sourceOf,
  summarizeRun,
} from './crawl/index.ts'
export type {
  BasicAuth,
  CollectionProof,
  Completeness,
  Crawl,
  DiffSpan,
  HttpClients,
  Latency,
  Metrics,
  NetworkFacts,
  Pace,
  Run,
  RunLimits,
  RunMetrics,
  RunState,
  RunSummary,
  ScopeRules,
  Source,
  SourceKind,
  SourceNetwork,
  UrlDifference,
} from './crawl/index.ts'
export { isMillraceError, MillraceError } from './model/index.ts'
export type { Applied, ErrorCode } from './model/index.ts'
export { search } from './search/index.ts'
export type { Hit, Marks } from './search/index.ts'
export type { Change, Reader, SqlChunk, Store } from './store/index.ts'
export { csvLines, exportRows, jsonLines, writeExport } from './transfer/index.ts'
export type {
  DocumentLine,
  Exported,
  ExportField,
  ExportKind,
  ExportLines,
  ExportManifest,
  ExportSelection,
  ExportTarget,
  FormatName,
  ManifestFile,
  PageLine,
} from './transfer/index.ts'
