/** Forward proxies: which one a URL goes through, and what may be said of it. */
import { MillraceError } from '../../../model/index.ts'

/** The setting that leaves it to HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export const PROXY_ENV = 'env'

/** The proxy for a URL; null: none. */
export type ChooseProxy = (url: URL) => URL | null

/** Variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a setting means. @throws MillraceError BadConfig, without the user and password it may hold */
export function chooseProxy(setting: string | undefined, environment: Environment): ChooseProxy {
  if (setting === undefined) return () => null
  if (setting !== PROXY_ENV) {
    const proxy = parseProxy(setting)
    return () => proxy
  }
  const of = (name: string) => {
    // A CGI server hands a request's Proxy header on as HTTP_PROXY, so the small letters are asked first.
    const text = environment[name.toLowerCase()] ?? environment[name]
    return text === undefined || text === '' ? null : parseProxy(text)
  }
  const [http, https] = [of('HTTP_PROXY'), of('HTTPS_PROXY')]
  const isBypassed = bypass(environment['no_proxy'] ?? environment['NO_PROXY'] ?? '')
  return (url) => (isBypassed(url) ? null : url.protocol === 'https:' ? https : http)
}

/** @throws MillraceError BadConfig, without the user and password it may hold */
export function parseProxy(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url
  const isSocks = url?.protocol.startsWith('socks') === true
  const got = url === null ? 'a text that is no URL' : `${url.protocol}//`
  const advice = isSocks ? '; SOCKS is not supported' : ''
  throw new MillraceError(
    'BadConfig',
    `proxy: expected http://HOST:PORT or https://HOST:PORT, got ${got}${advice}`,
  )
}

/** `scheme://host:port`, without user and password. */
export function proxyName(proxy: URL): string {
  return proxy.origin
}

/** The Proxy-Authorization header; null when the proxy's URL names nobody. */
export function proxyAuthorization({ username, password }: URL): string | null {
  if (username === '' && password === '') return null
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** NO_PROXY: names and their subdomains, addresses, each with a port if it is to be that only; `*` is all. */
function bypass(list: string): (url: URL) => boolean {
  const entries = list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
  return (url) => entries.some((entry) => isNamed(entry, url))
}

function isNamed(entry: string, { protocol, hostname, port }: URL): boolean {
  if (entry === '*') return true
  const [, host = entry, only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  if (only !== undefined && only !== actualPort) return false
  const name = host.replace(/^\*?\./, '')
  return hostname === name || hostname.endsWith(`.${name}`)
}
