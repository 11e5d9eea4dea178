/** What a call of `crawl` is to do: arguments and flags, then the source they name, then the configuration, then defaults. */
import type { Source } from '../../../crawl/index.ts'
import { MillraceError } from '../../../model/index.ts'
import type { Config } from '../../config/index.ts'
import { settingsFrom, sourceFrom, type CrawlFlags, type CrawlSettings } from './crawl-options.ts'
import { namedCrawl } from './named-crawl.ts'

/** Everything decided. */
export interface CrawlPlan extends Omit<CrawlSettings, 'rules'> {
  readonly source: Source
  /** Of `--out`. */
  readonly file: string | undefined
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
  const { rules, ...settings } = settingsFrom(flags, named?.config ?? config)
  if (named === undefined) {
    const source = await sourceFrom(words, flags.from, rules)
    return { ...settings, source, file: flags.out, isIndexed: true }
  }
  if (flags.from !== undefined)
    throw new MillraceError('Usage', `--from: ${words[0]} has its own URLs; leave out one of them`)
  const { name, urls, from, out, isIndexed } = named
  const source = await sourceFrom(urls, from, rules)
  return { ...settings, source: { ...source, name }, file: flags.out ?? out, isIndexed }
}
