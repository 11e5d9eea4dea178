/** What a call of `crawl` is to do: arguments and flags, then the source they name, then the configuration, then defaults. */
import type { Source, SourceNetwork } from '../../../crawl/index.ts'
import { MillraceError } from '../../../model/index.ts'
import type { Config } from '../../config/index.ts'
import { kindFrom, settingsFrom, sourceFrom, type CrawlFlags, type CrawlSettings } from './crawl-options.ts'
import { namedCrawl, type SourceSettings } from './named-crawl.ts'

/** Everything decided. */
export interface CrawlPlan extends Omit<CrawlSettings, 'rules'> {
  readonly source: Source
  /** Of `--out`. */
  readonly file: string | undefined
  /** Of `--full`. */
  readonly isFull: boolean
  /** Of a WordPress source: `--sweep` and `--full-html`. */
  readonly wordpress: { readonly sweeps: boolean; readonly wantsHtml: boolean }
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
  const isFull = flags.full === true
  if (named === undefined) {
    const source = await sourceFrom(words, flags.from, { rules, kind: kindFrom(flags) })
    return { ...settings, source, file: flags.out, isFull, wordpress: wordpressOf(flags), isIndexed: true }
  }
  if (flags.from !== undefined)
    throw new MillraceError('Usage', `--from: ${words[0]} has its own URLs; leave out one of them`)
  const { name, urls, from, out, isIndexed } = named
  const { kind, sweep, fullHtml, network } = named.settings
  const typed: CrawlFlags = { source: kind, sweep, fullHtml, ...flags }
  const source = await sourceFrom(urls, from, { rules, kind: kindFrom(typed) }, `sources.${name}.from`)
  return {
    ...settings,
    network: { ...settings.network, network: { ...sourceNetwork(network), ...settings.network.network } },
    source: { ...source, name },
    file: flags.out ?? out,
    isFull,
    wordpress: wordpressOf(typed),
    isIndexed,
  }
}

function wordpressOf({ sweep = false, fullHtml = false }: CrawlFlags): CrawlPlan['wordpress'] {
  return { sweeps: sweep, wantsHtml: fullHtml }
}

/** The configuration was checked: nothing in it is undefined. */
function sourceNetwork({
  proxy,
  headers,
  basicAuth,
  cookies,
  tls,
}: SourceSettings['network']): SourceNetwork {
  const { username = '', password = '' } = basicAuth ?? {}
  return {
    ...(proxy === undefined ? {} : { proxy }),
    ...(headers === undefined ? {} : { headers: headers as Readonly<Record<string, string>> }),
    ...(basicAuth === undefined ? {} : { basicAuth: { username, password } }),
    ...(cookies === undefined ? {} : { cookies }),
    ...(tls === undefined ? {} : { tls }),
  }
}
