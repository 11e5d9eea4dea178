/**
 * config turns the file `millrace.config.ts` into checked settings. It promises that what is misspelled or of the wrong
 * type is refused with the path of its key and never ignored, and that no message shows a secret. It never decides what
 * wins over what: each command does.
 */
export { defineConfig } from './config.ts'
export type {
  Config,
  CrawlConfig,
  DatabaseConfig,
  NetworkConfig,
  PipelineConfig,
  SourceConfig,
} from './config.ts'
export { CONFIG_FILE, loadConfig } from './load-config.ts'
export { MASK, maskedUrl } from './masked.ts'
export { nearestName } from './nearest-name.ts'
