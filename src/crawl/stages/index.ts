/**
 * stages: turns jobs of the frontier into pages, documents and further URLs, one stage for each kind of job. It promises
 * that what a job led to is written with the job's own end. A stage never writes by itself and never calls another.
 */
export { deepenDefinitions, deepenStage } from './deepen-stage.ts'
export { fetchPage } from './fetch-page.ts'
export type { PageOutcome, PageTools } from './fetch-page.ts'
export { listedStage } from './listed-stage.ts'
export { pageStage } from './page-stage.ts'
export { recallStage } from './recall-stage.ts'
export {
  countStored,
  RE_EXTRACT_KIND,
  RE_EXTRACT_LANE,
  RE_EXTRACT_WALK_KIND,
  reExtractDefinitions,
  startReExtract,
} from './re-extract/index.ts'
export type { ReExtract, ReExtractOptions, Selection } from './re-extract/index.ts'
export { redirectLoop, viaOf } from './redirect.ts'
export { refuseForNow } from './refuse-for-now.ts'
export { sitemapStage } from './sitemap-stage.ts'
