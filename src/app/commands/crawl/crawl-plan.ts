/** What a call of `crawl` is to do: arguments and flags, then the source they name, then the configuration, then defaults. */
import type { Source } from '../../../crawl/index.ts'
import { MillraceError } from '../../../model/index.ts'
import type { Config } from '../../config/index.ts'
import { settingsFrom, sourceFrom, type CrawlFlags, type CrawlSettings } from './crawl-options.ts'
import { namedCrawl, type SourceSettings } from './named-crawl.ts'

/** Everything decided. */
export interface CrawlPlan extends Omit<CrawlSettings, 'rules'> {
  readonly source: Source
  /** Of `--out`. */
  readonly file: string | undefined
  /** Of `--full`. */
  readonly isFull: boolean
  /** Whether documents can be found by `search`. */
  readonly isIndexed: boolean
}

/** The plan. @throws MillraceError Usage, BadUrl, NotFound, BadConfig */
export async function planOf(
  words: readonly string[],
  flags: CrawlFlags,
  config: Config,
): Promise<CrawlPlan> {
  const named = namedCrawl(words, config)
  const { rules, ...given } = settingsFrom(flags, named?.config ?? config)
  const settings = { ...given, isFull: flags.full === true }
  if (named === undefined) {
    const source = await sourceFrom(words, flags.from, rules)
    return { ...settings, source, file: flags.out, isIndexed: true }
  }
  if (flags.from !== undefined)
    throw new MillraceError('Usage', `--from: ${words[0]} has its own URLs; leave out one of them`)
  const { name, urls, from, out, isIndexed } = named
  refuseUnconnected(name, named.settings)
  const source = await sourceFrom(urls, from, rules, `sources.${name}.from`)
  return { ...settings, source: { ...source, name }, file: flags.out ?? out, isIndexed }
}

/**
 * The one place where what a source says, and no flag can, meets the crawl. What nothing does yet is refused: a proxy or
 * a password that is not used must not go unnoticed.
 */
function refuseUnconnected(name: string, { kind, network }: SourceSettings): void {
  const keys = [
    ...(kind === 'html' ? [] : ['kind']),
    ...Object.entries(network)
      .filter(([, value]) => value !== false && value !== 'checked')
      .map(([key]) => `network.${key}`),
  ]
  if (keys[0] === undefined) return
  throw new MillraceError(
    'BadConfig',
    `sources.${name}.${keys[0]}: expected nothing, for this Millrace can not do it`,
  )
}
