/** `crawl NAME`: what the configuration says of a source or pipeline of that name. */
import { MillraceError } from '../../../model/index.ts'
import { nearestName, type Config, type NetworkConfig, type SourceConfig } from '../../config/index.ts'

/** What a name stands for. */
export interface NamedCrawl {
  /** Of the source. */
  readonly name: string
  /** The configuration as it holds for this source: its keys in place of those under `crawl`. */
  readonly config: Config
  readonly settings: SourceSettings
  readonly urls: readonly string[]
  /** A file of further URLs. */
  readonly from: string | undefined
  /** Of the pipeline. */
  readonly out: string | undefined
  readonly isIndexed: boolean
}

/**
 * The source or pipeline that `words` name; undefined when they are URLs. A word of letters, digits, - and _ is a name where
 * the configuration has names. @throws MillraceError Usage, BadConfig
 */
export function namedCrawl(words: readonly string[], config: Config): NamedCrawl | undefined {
  const { sources = {}, pipelines = {} } = config
  const known = [...Object.keys(sources), ...Object.keys(pipelines)]
  const word = words.find((typed) => known.length > 0 && /^[\w-]+$/.test(typed))
  if (word === undefined) return undefined
  const pipeline = Object.hasOwn(pipelines, word) ? pipelines[word] : undefined
  const name = pipeline?.source ?? word
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined
  if (source === undefined) throw unknownName(word, known)
  if (words.length > 1) throw usage(`${word} is read by itself: give one name, or URLs`)
  const { url, urls = [], from } = source
  return {
    name,
    config: configFor(source, config),
    settings: settingsOf(source),
    urls: [...(url === undefined ? [] : [url]), ...urls],
    from,
    out: pipeline?.out,
    isIndexed: pipeline?.index ?? true,
  }
}

/** What a source says beyond what `crawl` can say of every one. */
export interface SourceSettings {
  readonly kind: NonNullable<SourceConfig['kind']>
  readonly sweep: boolean
  readonly fullHtml: boolean
  /** Without the user agent, and without what is undefined. */
  readonly network: Omit<NetworkConfig, 'userAgent'>
}

/** The source's keys as settings, apart from those that `crawl` has as well. */
function settingsOf({
  kind = 'html',
  sweep = false,
  fullHtml = false,
  network = {},
}: SourceConfig): SourceSettings {
  const { userAgent: _userAgent, ...rest } = network
  return { kind, sweep, fullHtml, network: defined(rest) }
}

/** The configuration with the source's keys in place of those that hold for every crawl. */
function configFor(source: SourceConfig, config: Config): Config {
  const userAgent = source.network?.userAgent ?? config.userAgent
  return {
    ...(userAgent === undefined ? {} : { userAgent }),
    crawl: { ...config.crawl, ...defined(source) },
  }
}

/** Without the keys that are there and say nothing. */
function defined<Keys extends object>(keys: Keys): Partial<Keys> {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)) as Partial<Keys>
}

function unknownName(word: string, known: readonly string[]): MillraceError {
  const nearest = nearestName(word, known)
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return usage(
    `expected a URL, or one of ${known.join(', ')} of the configuration file, got "${word}"${hint}`,
  )
}

function usage(message: string): MillraceError {
  return new MillraceError('Usage', message)
}
