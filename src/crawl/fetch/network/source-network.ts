/** How one source is reached: who we say we are, by what way, and what we show to its hosts alone. */
import { MillraceError } from '../../../model/index.ts'
import { parseProxy, proxyName, PROXY_ENV } from './proxy.ts'

/** A user name and its password, for HTTP's Basic scheme. */
export interface BasicAuth {
  readonly username: string
  readonly password: string
}

/** The settings; what is left out is as if there were no such thing. Passwords and header values are secrets. */
export interface SourceNetwork {
  /** The User-Agent header; say who you are and where to complain. */
  readonly userAgent?: string
  /** `http://host:port` or `https://...`, with `user:password@` where it asks for them; or 'env': as the environment says. */
  readonly proxy?: string
  /** Sent to the source's own hosts, and to no other. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent to the source's own hosts, and to no other. */
  readonly basicAuth?: BasicAuth
  /** true: cookies of the source's own hosts are kept for as long as the process runs, and sent back. Default: false. */
  readonly cookies?: boolean
  /** 'unchecked' takes every certificate. Default: 'checked'. */
  readonly tls?: 'checked' | 'unchecked'
}

/** What may be told of the settings and be stored: that there are secrets, and never what they are. */
export interface NetworkFacts {
  readonly proxy?: string
  readonly headers?: readonly string[]
  readonly basicAuth?: true
  readonly cookies?: true
  readonly tls?: 'unchecked'
}

/** The facts that differ from a plain crawl; null when none does. @throws MillraceError BadConfig for settings that can not be used */
export function networkFacts(network: SourceNetwork): NetworkFacts | null {
  secretHeaders(network)
  const { proxy, headers = {}, basicAuth, cookies, tls } = network
  const names = Object.keys(headers)
  const facts: NetworkFacts = {
    ...(proxy === undefined ? {} : { proxy: proxy === PROXY_ENV ? PROXY_ENV : proxyName(parseProxy(proxy)) }),
    ...(names.length === 0 ? {} : { headers: names }),
    ...(basicAuth === undefined ? {} : { basicAuth: true }),
    ...(cookies === true ? { cookies: true } : {}),
    ...(tls === 'unchecked' ? { tls } : {}),
  }
  return Object.keys(facts).length === 0 ? null : facts
}

/** What HTTP itself, or another setting, is to say. */
const NOT_OURS = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])

/** The headers for the source's own hosts, names and values in turn. @throws MillraceError BadConfig, naming no value */
export function secretHeaders({ headers = {}, basicAuth, cookies }: SourceNetwork): readonly string[] {
  const list: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    requireHeader(name, value)
    list.push(name, value)
  }
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  if (cookies === true && names.includes('cookie'))
    throw unusable('headers', 'no Cookie beside cookies: true', 'both; choose one')
  if (basicAuth === undefined) return list
  if (names.includes('authorization'))
    throw unusable('headers', 'no Authorization beside basicAuth', 'both; choose one')
  if (basicAuth.username.includes(':')) throw unusable('basicAuth.username', 'no colon in it', 'one')
  const token = Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64')
  return [...list, 'authorization', `Basic ${token}`]
}

/** @throws MillraceError BadConfig where it can be no header, which no request would survive */
export function requireUserAgent(userAgent: string): void {
  if (!/^[\x20-\x7e\x80-\xff]+$/.test(userAgent) || userAgent.trim() === '')
    throw unusable('userAgent', 'one line in Latin-1', userAgent === '' ? 'an empty one' : 'other characters')
}

function requireHeader(name: string, value: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw unusable('headers', 'names of HTTP headers', 'another text')
  if (NOT_OURS.has(name.toLowerCase()))
    throw unusable(`headers.${name}`, 'a header that Millrace does not set itself', 'one that it does')
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw unusable(`headers.${name}`, 'a value of one line in Latin-1', 'other characters')
}

function unusable(key: string, expected: string, got: string): MillraceError {
  return new MillraceError('BadConfig', `${key}: expected ${expected}, got ${got}`)
}
