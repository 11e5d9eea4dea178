/**
 * A Postgres URL read by our own rules: the forms and words that libpq knows and we keep, and a refusal by name for
 * all others. A word that is passed over in silence is a user who believes in a setting that is not there.
 */
import { userInfo } from 'node:os'
import { MillraceError } from '../../../../model/index.ts'

/** The words of sslmode that are kept. 'prefer' and 'allow' give up encryption without telling, so they are not. */
export type SslMode = 'disable' | 'require' | 'verify-ca' | 'verify-full'

/** Where a database is and how to get there. */
export interface Address {
  /** A name, an address, or the folder of a unix socket (then it begins with /). */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password: string | undefined
  readonly sslmode: SslMode
  readonly sslrootcert: string | undefined
  readonly sslcert: string | undefined
  readonly sslkey: string | undefined
  /** The schema of all tables; undefined: what the server says. */
  readonly searchPath: string | undefined
  readonly connectMs: number | undefined
}

const FORM = /^postgres(?:ql)?:\/\/(?:([^/?#@]*)@)?([^/?#@]*)(?:\/([^/?#@]*))?(?:\?([^#]*))?$/
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/
const ESCAPES = 'write @ : / ? # % in a name or password as %40 %3A %2F %3F %23 %25'
const EXPECTED = 'expected postgres://USER:PASSWORD@HOST:PORT/DATABASE'
const WORDS = [
  'connect_timeout',
  'dbname',
  'host',
  'options',
  'password',
  'port',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
  'user',
] as const
const SSL_MODES: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full']
const SEARCH_PATH = /^(?:-c\s*|--)search_path=("[^",]+"|\w+)$/
const DEFAULT_PORT = 5432

type Word = (typeof WORDS)[number]

/** @throws MillraceError BadConfig, which never shows the password */
export function parseAddress(url: string): Address {
  const found = FORM.exec(url)
  if (found === null) throw bad(`${EXPECTED}; ${ESCAPES}`)
  const [, login, place = '', path, query = ''] = found
  // A "?" in a password: what follows it is not to be shown.
  if (login === undefined && query.includes('@')) throw bad(`${EXPECTED}; ${ESCAPES}`)
  const words = wordsOf(query)
  const [, host = '', port] = HOST_AND_PORT.exec(place) ?? []
  if (host === '' && place !== '') throw bad(`${EXPECTED} with one host and a port in digits`)
  const [user, password] = loginOf(login)
  const server = words.get('host') ?? (decoded(host, 'host').replace(/^\[|\]$/g, '') || 'localhost')
  return {
    host: oneHost(server),
    port: portOf(words.get('port') ?? (port === '' ? undefined : port)),
    user: words.get('user') ?? (user || userInfo().username),
    database: databaseOf(words.get('dbname') ?? decoded(path ?? '', 'database')),
    password: words.get('password') ?? password,
    sslmode: sslModeOf(words, server),
    sslrootcert: words.get('sslrootcert'),
    sslcert: words.get('sslcert'),
    sslkey: words.get('sslkey'),
    searchPath: searchPathOf(words.get('options')),
    connectMs: secondsOf(words.get('connect_timeout')),
  }
}

/** The address as it may be shown: without password and options. */
export function nameOf(address: Address): string {
  const user = encodeURIComponent(address.user)
  const host = address.host.includes(':') ? `[${address.host}]` : encodeURIComponent(address.host)
  return `postgres://${user}@${host}:${address.port}/${encodeURIComponent(address.database)}`
}

/** Whether what is sent stays on this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function wordsOf(query: string): ReadonlyMap<Word, string> {
  const words = new Map<Word, string>()
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const word = WORDS.find((known) => known === name)
    if (word === undefined) throw bad(`"${name}" is not known after the "?"; known are ${WORDS.join(', ')}`)
    if (words.has(word)) throw bad(`"${word}" is there twice`)
    words.set(word, decoded(value, word))
  }
  return words
}

function loginOf(login: string | undefined): readonly [string | undefined, string | undefined] {
  if (login === undefined) return [undefined, undefined]
  const colon = login.indexOf(':')
  if (colon < 0) return [decoded(login, 'user'), undefined]
  return [decoded(login.slice(0, colon), 'user'), decoded(login.slice(colon + 1), 'password')]
}

function decoded(text: string, part: string): string {
  let plain: string
  try {
    plain = decodeURIComponent(text)
  } catch {
    // The cause would show the text, and the text may be the password.
    throw bad(`its ${part} has a % that is no escape; write % itself as %25`)
  }
  if (plain.includes('\0')) throw bad(`its ${part} has a NUL in it`)
  return plain
}

function oneHost(host: string): string {
  if (host === '' || host.includes(','))
    throw bad('expected one host; of several, name the one that is written to')
  return host
}

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw bad(`expected a port from 1 to 65535, got "${text}"`)
}

function databaseOf(name: string): string {
  if (name === '') throw bad(`${EXPECTED}; the database is missing`)
  return name
}

function sslModeOf(words: ReadonlyMap<string, string>, host: string): SslMode {
  const word = words.get('sslmode')
  if (word === undefined) return isLocal(host) && !words.has('sslrootcert') ? 'disable' : 'verify-full'
  if (SSL_MODES.includes(word)) return word as SslMode
  throw bad(
    `sslmode is one of ${SSL_MODES.join(', ')}, not "${word}"; without it TLS is verified unless local`,
  )
}

function searchPathOf(options: string | undefined): string | undefined {
  if (options === undefined) return undefined
  const name = SEARCH_PATH.exec(options)?.[1]
  if (name !== undefined) return name
  throw bad('of options only one schema can be set: options=-csearch_path%3DNAME')
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text) * 1000
  throw bad('connect_timeout is a number of seconds from 1 to 9999')
}

function bad(what: string): MillraceError {
  return new MillraceError('BadConfig', `the Postgres URL is not understood: ${what}`)
}
