/** What a `millrace.config.ts` may say. Its keys are those of the command line, so a flag and a key mean the same. */

/** How to crawl unless a flag says otherwise. */
export interface CrawlConfig {
  /** Connections to one host. Default 4. */
  readonly concurrency?: number | string
  /** Least time between two requests to one host: milliseconds, or a text such as '1s'. Default 250. */
  readonly delay?: number | string
  /** Pages a run may store. Default: no limit. */
  readonly maxPages?: number | string
  /** Links from a seed. Default: no limit. */
  readonly maxDepth?: number | string
  /** Time of one call: seconds, or a text such as '10m'. Default: no limit. */
  readonly maxTime?: number | string
  /** Patterns; only URLs that match one are read. */
  readonly include?: readonly string[]
  /** Patterns; URLs that match one are left out. */
  readonly exclude?: readonly string[]
  /** false: robots.txt is not asked. Default true. */
  readonly robots?: boolean
  /** true: private, loopback and link-local addresses are allowed. Default false. */
  readonly allowPrivate?: boolean
}

/** The configuration file. A flag overrides it, and the environment's DATABASE_URL overrides its `db`. */
export interface Config {
  /** Database, such as 'sqlite:millrace.db'; a relative file is looked for in the working directory. */
  readonly db?: string
  /** How to introduce ourselves to servers; name a way to reach you. */
  readonly userAgent?: string
  readonly crawl?: CrawlConfig
}

/** Names the type of a configuration, so that an editor knows its keys. Gives back what it was given. */
export function defineConfig(config: Config): Config {
  return config
}
