/**
 * config turns the file `millrace.config.ts` into checked settings. It promises that what is misspelled or of the wrong
 * type is refused with the path of its key and never ignored. It never decides what wins over what: each command does.
 */
export { defineConfig } from './config.ts'
export type { Config, CrawlConfig } from './config.ts'
export { CONFIG_FILE, loadConfig } from './load-config.ts'
