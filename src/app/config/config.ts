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

/** How requests to the hosts of a source are made. What is secret in it is never stored, logged or printed. */
export interface NetworkConfig {
  /** How to introduce ourselves to its servers. Default: the configuration's own `userAgent`. */
  readonly userAgent?: string
  /** URL of an HTTP proxy, with user name and password where it wants them; 'env': as HTTPS_PROXY and its like say. */
  readonly proxy?: string
  /** Sent with each request. A value that is undefined, of an unset variable say, is refused. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Sent with each request. */
  readonly basicAuth?: { readonly username: string | undefined; readonly password: string | undefined }
  /** true: cookies are kept and sent back, as long as one call lasts. Default false. */
  readonly cookies?: boolean
  /** 'unchecked': any certificate is taken, so that anybody on the way can read and change everything. Default 'checked'. */
  readonly tls?: 'checked' | 'unchecked'
}

/** A site to read. What it leaves out is as under `crawl`. */
export interface SourceConfig extends CrawlConfig {
  /** Where to begin. */
  readonly url?: string
  /** The same for several. */
  readonly urls?: readonly string[]
  /** A file of URLs, one a line; looked for in the working directory. */
  readonly from?: string
  /** What it is read as; 'auto' finds out. Default 'html'. */
  readonly kind?: 'html' | 'wordpress' | 'auto'
  /** WordPress: look for posts that are gone, every time. Default false: when the numbers do not add up. */
  readonly sweep?: boolean
  /** WordPress: keep the whole page of each post beside its content. Default false. */
  readonly fullHtml?: boolean
  readonly network?: NetworkConfig
}

/** A source and what is done to it. */
export interface PipelineConfig<Name extends string = string> {
  /** Name of a source. */
  readonly source: Name
  /** A JSON Lines file that documents are appended to as they are stored; a relative one in the working directory. */
  readonly out?: string
  /** false: its documents can not be found by `search`. Default true. */
  readonly index?: boolean
}

/** A database that takes more than a URL to be reached. What is secret in it is never stored, logged or printed. */
export interface DatabaseConfig {
  /** Such as 'postgres://millrace@db.example.org/millrace'. */
  readonly url: string
  /** Postgres: gives the password each time one is needed, so that it may change while a crawl runs. */
  readonly password?: () => Promise<string>
  /** Postgres: connections that read, at most. Default: as the adapter derives it. */
  readonly poolSize?: number
}

/** The configuration file. A flag overrides it, and the environment's DATABASE_URL overrides its `db`. */
export interface Config<Name extends string = string> {
  /** Database, such as 'sqlite:millrace.db'; a relative file is looked for in the working directory. */
  readonly db?: string | DatabaseConfig
  /** How to introduce ourselves to servers; name a way to reach you. */
  readonly userAgent?: string
  readonly crawl?: CrawlConfig
  /** Sites by the name that `crawl NAME` reads them by. */
  readonly sources?: Readonly<Record<Name, SourceConfig>>
  /** Pipelines by the name that `crawl NAME` runs them by; none has the name of a source. */
  readonly pipelines?: Readonly<Record<string, PipelineConfig<NoInfer<Name>>>>
}

/**
 * Names the type of a configuration, so that an editor knows its keys and the names of its sources. Gives back what it
 * was given.
 */
export function defineConfig<const Name extends string = string>(config: Config<Name>): Config {
  return config
}
