/** The effective configuration: every setting there is, its value with secrets masked, and what decided on it. */
import { MASK, maskedUrl, type Config, type NetworkConfig, type SourceConfig } from '../../config/index.ts'
import type { CommandContext, ValueOrigin } from '../../context.ts'
import { shownDatabase } from '../../database/database-url.ts'
import { PACE_DEFAULT, USER_AGENT_DEFAULT } from '../crawl/crawl-options.ts'

/** One setting. */
export interface Setting {
  /** Path, such as `sources.news.delay`. */
  readonly key: string
  /** As it was written; null: nothing is set, so there is no limit, proxy and so on. */
  readonly value: unknown
  readonly from: ValueOrigin
  /** The key of the file that decided; null where the file did not. */
  readonly fileKey: string | null
}

/** What holds for a crawl unless something says otherwise. */
const CRAWL_DEFAULTS = {
  concurrency: PACE_DEFAULT.concurrency,
  delay: PACE_DEFAULT.gapMs,
  maxPages: null,
  maxDepth: null,
  maxTime: null,
  include: [],
  exclude: [],
  robots: true,
  allowPrivate: false,
} as const

const SOURCE_DEFAULTS = { kind: 'html', sweep: false, fullHtml: false } as const
const NETWORK_DEFAULTS = { proxy: null, cookies: false, tls: 'checked' } as const

/** All settings: the database, those of every crawl, then each source and pipeline. */
export function effectiveConfig({ config, ...named }: Pick<CommandContext, 'config' | keyof NamedDatabase>) {
  const settings: readonly Setting[] = [
    ...ofDatabase(named),
    setting('userAgent', USER_AGENT_DEFAULT, [['userAgent', config.userAgent]]),
    ...Object.entries(CRAWL_DEFAULTS).map(([name, fallback]) =>
      setting(`crawl.${name}`, fallback, [[`crawl.${name}`, valueOf(config.crawl, name)]]),
    ),
    ...Object.entries(config.sources ?? {}).flatMap(([name, source]) => ofSource(name, source, config)),
    ...Object.entries(config.pipelines ?? {}).flatMap(([name, { source, out, index }]) => [
      setting(`pipelines.${name}.source`, null, [[`pipelines.${name}.source`, source]]),
      setting(`pipelines.${name}.out`, null, [[`pipelines.${name}.out`, out]]),
      setting(`pipelines.${name}.index`, true, [[`pipelines.${name}.index`, index]]),
    ]),
  ]
  return settings
}

type NamedDatabase = Pick<CommandContext, 'db' | 'dbFrom' | 'passwordFrom'>

function ofDatabase({ db: { url, poolSize }, dbFrom, passwordFrom }: NamedDatabase): readonly Setting[] {
  const fileKey = dbFrom === 'file' ? 'db' : null
  const shown = shownDatabase(url)
  const password = passwordFrom ?? (shown === url ? null : dbFrom)
  return [
    { key: 'db', value: shown, from: dbFrom, fileKey },
    {
      key: 'db.password',
      value: password === null ? null : MASK,
      from: password ?? 'default',
      fileKey: password === 'file' ? (passwordFrom === null ? 'db' : 'db.password') : null,
    },
    setting('db.poolSize', null, [['db.poolSize', poolSize]]),
  ]
}

function ofSource(name: string, source: SourceConfig, { crawl, userAgent }: Config): readonly Setting[] {
  const path = `sources.${name}`
  const own = (key: string) => [`${path}.${key}`, valueOf(source, key)] as const
  return [
    ...['url', 'urls', 'from'].map((key) => setting(`${path}.${key}`, null, [own(key)])),
    ...Object.entries(SOURCE_DEFAULTS).map(([key, fallback]) =>
      setting(`${path}.${key}`, fallback, [own(key)]),
    ),
    ...Object.entries(CRAWL_DEFAULTS).map(([key, fallback]) =>
      setting(`${path}.${key}`, fallback, [own(key), [`crawl.${key}`, valueOf(crawl, key)]]),
    ),
    ...ofNetwork(`${path}.network`, source.network ?? {}, userAgent),
  ].filter(({ key, value }) => value !== null || !SEED_KEYS.test(key))
}

/** Of these a source has the ones it names. */
const SEED_KEYS = /\.(?:url|urls|from)$/

function ofNetwork(path: string, network: NetworkConfig, userAgent: string | undefined): readonly Setting[] {
  const { headers = {}, basicAuth, proxy } = network
  const shown = { ...network, proxy: proxy === undefined ? undefined : maskedUrl(proxy) }
  const masked = [
    ...Object.keys(headers).map((name) => `headers.${name}`),
    ...(basicAuth === undefined ? [] : ['basicAuth.username', 'basicAuth.password']),
  ]
  return [
    setting(`${path}.userAgent`, USER_AGENT_DEFAULT, [
      [`${path}.userAgent`, network.userAgent],
      ['userAgent', userAgent],
    ]),
    ...Object.entries(NETWORK_DEFAULTS).map(([key, fallback]) =>
      setting(`${path}.${key}`, fallback, [[`${path}.${key}`, valueOf(shown, key)]]),
    ),
    ...masked.map((key) => setting(`${path}.${key}`, null, [[`${path}.${key}`, MASK]])),
  ]
}

/** The first of the file's values that is there, else the default. */
function setting(
  key: string,
  fallback: unknown,
  candidates: readonly (readonly [fileKey: string, value: unknown])[],
): Setting {
  const [fileKey, value] = candidates.find(([, candidate]) => candidate !== undefined) ?? [null, fallback]
  return { key, value, from: fileKey === null ? 'default' : 'file', fileKey }
}

function valueOf(of: object | undefined, key: string): unknown {
  return (of as Readonly<Record<string, unknown>> | undefined)?.[key]
}
