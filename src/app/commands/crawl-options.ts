/** The options of `crawl` as typed, and what they mean. */
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { sourceOf, type Pace, type RunLimits, type Source } from '../../crawl/index.ts'
import { MillraceError } from '../../model/index.ts'
import { parseCount, parseDuration } from '../quantity.ts'

/** What the command line gives, in its own words. */
export interface CrawlFlags {
  readonly from?: string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly maxPages?: string
  readonly maxDepth?: string
  readonly maxTime?: string
  readonly concurrency?: string
  readonly delay?: string
  readonly robots: boolean
  readonly allowPrivate?: boolean
  readonly userAgent?: string
  readonly out?: string
  readonly dryRun?: boolean
}

/** What a crawl does by default: polite to a host it knows nothing of. */
export const PACE_DEFAULT: Pace = { concurrency: 4, gapMs: 250 }

/** Who we are to a server, with a way to find out more. */
export const USER_AGENT_DEFAULT = 'millrace/0.1 (+https://www.npmjs.com/package/millrace)'

/** The source that the arguments name. @throws MillraceError Usage, BadUrl, NotFound */
export async function sourceFrom(urls: readonly string[], flags: CrawlFlags): Promise<Source> {
  const listed = flags.from === undefined ? [] : await readList(flags.from)
  const seeds = [...urls, ...listed]
  if (seeds.length === 0) {
    throw new MillraceError(
      'Usage',
      'expected at least one URL: millrace crawl https://example.org/, or --from FILE',
    )
  }
  return sourceOf(seeds, { include: flags.include ?? [], exclude: flags.exclude ?? [] })
}

/** @throws MillraceError Usage */
export function limitsFrom(flags: CrawlFlags): RunLimits {
  return {
    maxPages: flags.maxPages === undefined ? null : parseCount(flags.maxPages, '--max-pages', 1),
    maxDepth: flags.maxDepth === undefined ? null : parseCount(flags.maxDepth, '--max-depth', 0),
    maxTimeMs: flags.maxTime === undefined ? null : parseDuration(flags.maxTime, '--max-time', 's'),
  }
}

/** @throws MillraceError Usage */
export function paceFrom(flags: CrawlFlags): Pace {
  const { concurrency, delay } = flags
  return {
    concurrency:
      concurrency === undefined ? PACE_DEFAULT.concurrency : parseCount(concurrency, '--concurrency', 1),
    gapMs: delay === undefined ? PACE_DEFAULT.gapMs : parseDuration(delay, '--delay', 'ms'),
  }
}

/** One URL a line; empty lines and lines that begin with # are passed over. '-' is standard input. */
async function readList(from: string): Promise<readonly string[]> {
  try {
    const content = await text(from === '-' ? process.stdin : createReadStream(from))
    const lines = content.split(/\r?\n/).map((line) => line.trim())
    return lines.filter((line) => line !== '' && !line.startsWith('#'))
  } catch (cause) {
    throw new MillraceError('NotFound', `--from: expected a readable file of URLs, got "${from}"`, { cause })
  }
}
