/** Whether what a configuration file exports is a configuration, key by key. */
import { parsePattern } from '../../crawl/index.ts'
import { parseHttpUrl } from '../../model/index.ts'
import type { Config, PipelineConfig, SourceConfig } from './config.ts'
import {
  all,
  badConfig,
  count,
  flag,
  group,
  hintFor,
  list,
  named,
  oneOf,
  secret,
  text,
  time,
  unexpected,
  type Rule,
} from './rules.ts'

const pattern: Rule = (value, path) => {
  if (typeof value !== 'string') throw unexpected(path, "a pattern such as '/blog/*'", value)
  try {
    parsePattern(value)
  } catch (cause) {
    throw badConfig(`${path}: ${(cause as Error).message}`, cause)
  }
}

const url: Rule = (value, path) => {
  const parsed = typeof value === 'string' ? httpUrl(value) : null
  if (parsed === null) throw unexpected(path, 'an http:// or https:// URL', value)
  if (parsed.username === '' && parsed.password === '') return
  throw unexpected(path, 'a URL without user name and password', value, {
    hint: '; those go into network.basicAuth',
  })
}

const proxy: Rule = (value, path) => {
  if (value === 'env' || (typeof value === 'string' && httpUrl(value) !== null)) return
  throw unexpected(path, "the http:// or https:// URL of a proxy, or 'env'", value)
}

/** A token of RFC 9110 section 5.6.2, and none that the client itself must set. */
const headerName: Rule = (value, path) => {
  const name = String(value).toLowerCase()
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw badConfig(`${path}: expected the name of a header`)
  if (name === 'user-agent') throw badConfig(`${path}: expected userAgent, beside headers, to say it`)
  if (!OWN_HEADERS.has(name)) return
  throw badConfig(`${path}: expected another header; this one is the HTTP client's own`)
}

const OWN_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const headerValue: Rule = (value, path) => {
  secret(value, path)
  // What RFC 9110 section 5.5 allows, as far as one byte a character can carry it.
  if (/^[\t\u0020-\u007e\u00a0-\u00ff]*$/.test(String(value))) return
  throw badConfig(
    `${path}: expected a text without line breaks and beyond no latin1 letter, which is not shown`,
  )
}

const username: Rule = (value, path) => {
  secret(value, path)
  if (String(value).includes(':')) throw badConfig(`${path}: expected a user name without a colon`)
}

const crawl: Readonly<Record<string, Rule>> = {
  concurrency: count(1),
  delay: time('ms'),
  maxPages: count(1),
  maxDepth: count(0),
  maxTime: time('s'),
  include: list('patterns', pattern),
  exclude: list('patterns', pattern),
  robots: flag,
  allowPrivate: flag,
}

const network = group({
  userAgent: text,
  proxy,
  headers: named(headerName, headerValue),
  basicAuth: group({ username, password: secret }, ['username', 'password']),
  cookies: flag,
  tls: oneOf('checked', 'unchecked'),
})

const source = group({
  url,
  urls: list('URLs', url),
  from: text,
  kind: oneOf('html', 'wordpress', 'auto'),
  ...crawl,
  sweep: flag,
  fullHtml: flag,
  network,
})

/** What `crawl` takes for a name and never for a URL. */
const ownName: Rule = (value, path) => {
  if (/^[a-z][\w-]*$/i.test(String(value))) return
  throw badConfig(`${path}: expected a name of letters, digits, - and _ that begins with a letter`)
}

const passwordAsked: Rule = (value, path) => {
  if (typeof value === 'function') return
  const example = 'async () => await tokenOf(account)'
  throw badConfig(
    `${path}: expected a function that gives it, such as ${example}, got something else, not shown`,
  )
}

const poolSize: Rule = (value, path) => {
  if (typeof value !== 'number') throw unexpected(path, 'a whole number of at least 1', value)
  count(1)(value, path)
}

const databaseParts = group({ url: text, password: passwordAsked, poolSize }, ['url'])

const database: Rule = (value, path) => {
  if (typeof value === 'object' && value !== null) databaseParts(value, path)
  else text(value, path)
}

const config = group({
  db: database,
  userAgent: text,
  crawl: group(crawl),
  sources: named(ownName, all(source, hasSeeds, hasItsKind)),
  pipelines: named(ownName, group({ source: text, out: text, index: flag }, ['source'])),
})

/**
 * The value as a configuration. @throws MillraceError BadConfig naming the key by its path, what was expected and what
 * came
 */
export function checkConfig(value: unknown): Config {
  config(value, '')
  const checked = value as Config
  for (const [name, pipeline] of Object.entries(checked.pipelines ?? {}))
    checkPipeline(checked, name, pipeline)
  return checked
}

function hasSeeds(value: unknown, path: string): void {
  const { url: one, urls = [], from } = value as SourceConfig
  if (one !== undefined || urls.length > 0 || from !== undefined) return
  throw badConfig(`${path}: expected url, urls or from, got none of them`)
}

function hasItsKind(value: unknown, path: string): void {
  const { kind = 'html', sweep, fullHtml } = value as SourceConfig
  if (kind !== 'html' || (sweep === undefined && fullHtml === undefined)) return
  const key = sweep === undefined ? 'fullHtml' : 'sweep'
  throw badConfig(`${path}.${key}: only a WordPress source has it; set kind to 'wordpress' or 'auto'`)
}

function checkPipeline({ sources = {} }: Config, name: string, pipeline: PipelineConfig): void {
  const known = Object.keys(sources)
  const path = `pipelines.${name}`
  if (known.includes(name)) throw badConfig(`${path}: expected a name that no source has`)
  if (known.includes(pipeline.source)) return
  const expected =
    known.length === 0 ? 'the name of a source, but there are none' : `one of ${known.join(', ')}`
  throw unexpected(`${path}.source`, expected, pipeline.source, hintFor(pipeline.source, known))
}

function httpUrl(typed: string): URL | null {
  try {
    return parseHttpUrl(typed)
  } catch {
    // Why it is none says the caller.
    return null
  }
}
