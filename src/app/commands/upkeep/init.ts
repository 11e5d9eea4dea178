/** `init`: a configuration file to start from. */
import { writeFile } from 'node:fs/promises'
import { MillraceError } from '../../../model/index.ts'
import { CONFIG_FILE } from '../../config/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { say } from '../../print/output.ts'

/** The options as typed. */
export interface InitFlags {
  readonly config?: string
  readonly force?: boolean
}

/** Every key there is; what is commented out is the default, or an example where there is none. */
const TEMPLATE = `import { defineConfig } from 'millrace'

// Read from the working directory, or from --config FILE. A flag wins over what stands here.
export default defineConfig({
  // Where everything is kept. DATABASE_URL in the environment wins over it.
  // db: 'sqlite:millrace.db',
  // Or in Postgres: 'postgres://me@host/name', or { url, password: async () => ..., poolSize }; docs/postgres.md.

  // How to introduce ourselves to servers; name a way to reach you.
  // userAgent: 'my-crawler/1.0 (+https://example.org/about; me@example.org)',

  crawl: {
    // Connections to one host, and the least time between two requests to it (milliseconds, or '1s').
    // concurrency: 4,
    // delay: '250ms',

    // Where to stop: pages of a run, links from a seed, time of one call (seconds, or '10m').
    // maxPages: 10_000,
    // maxDepth: 5,
    // maxTime: '2h',

    // '*' stands for any characters; matched against path and query, or the whole URL when it begins with http.
    // include: ['/docs/*'],
    // exclude: ['*?print=*'],

    // false: robots.txt is not asked, and no sitemaps are read.
    // robots: true,

    // true: a server of your own, at a private, loopback or link-local address, may be read.
    // allowPrivate: false,
  },

  // Sites by name: \`millrace crawl news\`. What stands under crawl holds for each, unless it says otherwise.
  sources: {
    // news: { url: 'https://example.org/', delay: '1s', network: { userAgent: 'news-crawler/1.0' } },
  },

  // A source and what is done to it: \`millrace crawl archive\`.
  pipelines: {
    // archive: { source: 'news', out: 'news.jsonl', index: false },
  },
})
`

/** Writes the file; returns the exit code. @throws MillraceError CannotCreate when it is there, or can not be made */
export async function init(flags: InitFlags, { output }: CommandContext): Promise<number> {
  const file = flags.config ?? CONFIG_FILE
  try {
    await writeFile(file, TEMPLATE, { flag: flags.force === true ? 'w' : 'wx' })
  } catch (cause) {
    throw cannotWrite(file, cause)
  }
  say(output, `${file} written; it is read from now on`)
  return EXIT.done
}

function cannotWrite(file: string, cause: unknown): MillraceError {
  const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST'
  const why = isThere
    ? `${file} is there already and was left as it is; --force overwrites it`
    : `can not write ${file}: ${(cause as Error).message}`
  return new MillraceError('CannotCreate', why, { cause })
}
