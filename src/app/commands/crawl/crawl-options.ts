/** The options of `crawl` as typed, and what they mean. */
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import {
  sourceOf,
  type Pace,
  type RunLimits,
  type ScopeRules,
  type Source,
  type SourceKind,
  type SourceNetwork,
} from '../../../crawl/index.ts'
import { isMillraceError, MillraceError, parseHttpUrl } from '../../../model/index.ts'
import type { Config } from '../../config/index.ts'
import { parseCount, parseDuration } from '../../quantity.ts'

/** What the command line gives, in its own words. */
export interface CrawlFlags {
  readonly from?: string
  readonly source?: string
  readonly sweep?: boolean
  readonly fullHtml?: boolean
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly maxPages?: string
  readonly maxDepth?: string
  readonly maxTime?: string
  readonly concurrency?: string
  readonly delay?: string
  readonly robots?: boolean
  readonly allowPrivate?: boolean
  readonly userAgent?: string
  readonly full?: boolean
  readonly proxy?: string
  readonly cookies?: boolean
  readonly insecureTls?: boolean
  readonly out?: string
  readonly dryRun?: boolean
}

/** What a crawl does by default: polite to a host it knows nothing of. */
export const PACE_DEFAULT: Pace = { concurrency: 4, gapMs: 250 }

/** Who we are to a server, with a way to find out more. */
export const USER_AGENT_DEFAULT = 'millrace/0.1 (+https://www.npmjs.com/package/millrace)'

/** How to crawl, whatever is crawled. */
export interface CrawlSettings {
  readonly rules: ScopeRules
  readonly limits: RunLimits
  readonly pace: Pace
  readonly network: {
    readonly userAgent: string
    readonly allowPrivate: boolean
    readonly asksRobots: boolean
    readonly network: SourceNetwork
  }
}

/** Flags, then what the configuration says, then defaults: the one place where they meet. @throws MillraceError Usage */
export function settingsFrom(flags: CrawlFlags, { userAgent, crawl = {} }: Config): CrawlSettings {
  return {
    rules: {
      include: listed(flags.include, crawl.include),
      exclude: listed(flags.exclude, crawl.exclude),
    },
    limits: {
      maxPages: count(flags.maxPages ?? crawl.maxPages, '--max-pages', 1),
      maxDepth: count(flags.maxDepth ?? crawl.maxDepth, '--max-depth', 0),
      maxTimeMs: time(flags.maxTime ?? crawl.maxTime, '--max-time', 's'),
    },
    pace: {
      concurrency:
        count(flags.concurrency ?? crawl.concurrency, '--concurrency', 1) ?? PACE_DEFAULT.concurrency,
      gapMs: time(flags.delay ?? crawl.delay, '--delay', 'ms') ?? PACE_DEFAULT.gapMs,
    },
    network: {
      userAgent: flags.userAgent ?? userAgent ?? USER_AGENT_DEFAULT,
      allowPrivate: flags.allowPrivate ?? crawl.allowPrivate ?? false,
      asksRobots: flags.robots ?? crawl.robots ?? true,
      network: sourceNetworkFrom(flags),
    },
  }
}

/** What flags say of the way to a source; headers and passwords have none, because a command line is seen by all. */
function sourceNetworkFrom({ proxy, cookies, insecureTls }: CrawlFlags): SourceNetwork {
  return {
    ...(proxy === undefined ? {} : { proxy }),
    ...(cookies === true ? { cookies } : {}),
    ...(insecureTls === true ? { tls: 'unchecked' } : {}),
  }
}

/** The source that the arguments name; `option` is what gave `from`. @throws MillraceError Usage, BadUrl, NotFound */
export async function sourceFrom(
  urls: readonly string[],
  from: string | undefined,
  { rules, kind }: { readonly rules: ScopeRules; readonly kind: SourceKind },
  option: string = '--from',
): Promise<Source> {
  const listed = from === undefined ? [] : await readList(from, option)
  const seeds = [...urls, ...listed]
  if (seeds.length === 0) {
    throw new MillraceError(
      'Usage',
      'expected at least one URL: millrace crawl https://example.org/, or --from FILE',
    )
  }
  return sourceOf(seeds, rules, kind)
}

const KINDS: readonly SourceKind[] = ['html', 'wordpress', 'auto']

/** What kind of source is meant. @throws MillraceError Usage, also for flags that only a WordPress source has */
export function kindFrom({
  source = 'html',
  sweep = false,
  fullHtml = false,
  full = false,
}: CrawlFlags): SourceKind {
  const kind = KINDS.find((name) => name === source)
  if (kind === undefined)
    throw new MillraceError('Usage', `--source: expected ${KINDS.join(', ')}, got "${source}"`)
  if (kind === 'html' && (sweep || fullHtml)) {
    const flag = sweep ? '--sweep' : '--full-html'
    throw new MillraceError(
      'Usage',
      `${flag} is for a WordPress site: give --source wordpress, or auto, as well`,
    )
  }
  if (kind === 'wordpress' && full)
    throw new MillraceError('Usage', '--full is for a site that is read page by page: give --sweep instead')
  return kind
}

/** A flag as typed, or a value of the configuration, which was checked by the same rules when it was read. */
type Given = string | number | undefined

function count(given: Given, option: string, least: number): number | null {
  return given === undefined ? null : parseCount(String(given), option, least)
}

function time(given: Given, option: string, bareUnit: 'ms' | 's'): number | null {
  return given === undefined ? null : parseDuration(String(given), option, bareUnit)
}

/** A flag that may be repeated is an empty list when it was not given; given, it takes the place of the whole list. */
function listed(flags: readonly string[] = [], config: readonly string[] = []): readonly string[] {
  return flags.length > 0 ? flags : config
}

/** One URL a line; empty lines and lines that begin with # are passed over. '-' is standard input. */
async function readList(from: string, option: string): Promise<readonly string[]> {
  const lines = (await readText(from, option)).split(/\r?\n/).map((line) => line.trim())
  return lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return []
    requireUrl(line, `${option} ${from}, line ${index + 1}`)
    return [line]
  })
}

async function readText(from: string, option: string): Promise<string> {
  try {
    return await text(from === '-' ? process.stdin : createReadStream(from))
  } catch (cause) {
    throw new MillraceError('NotFound', `${option}: expected a readable file of URLs, got "${from}"`, {
      cause,
    })
  }
}

function requireUrl(line: string, where: string): void {
  try {
    parseHttpUrl(line)
  } catch (cause) {
    if (!isMillraceError(cause, 'BadUrl')) throw cause
    throw new MillraceError('BadUrl', `${where}: ${cause.message}`, { cause })
  }
}
