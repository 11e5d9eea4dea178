/**
 * explain: turns a source, a run and a URL into why that is read or not: before a crawl by asking, and after it from what
 * is stored. It never writes.
 */
export { previewCrawl } from './preview.ts'
export type { PreviewOptions, SeedPreview } from './preview.ts'
export { runGates } from './run-gate.ts'
export type { RunGate } from './run-gate.ts'
export { whyUnseen } from './unseen.ts'
export type { Unseen } from './unseen.ts'
