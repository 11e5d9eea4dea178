/** What a `--db` names. Kept apart from opening it, so that help and usage errors load no backend. */
import { MillraceError } from '../../model/index.ts'
import type { DatabaseConfig } from '../config/index.ts'

/** Where data is kept when nobody says otherwise. */
export const DB_DEFAULT = 'sqlite:millrace.db'

/** A database, by what keeps it. */
export type Database =
  { readonly kind: 'sqlite'; readonly path: string } | (DatabaseConfig & { readonly kind: 'postgres' })

/** The same as the configuration shows, which is loaded only when it is needed. */
const MASK = '***'
const KNOWN = 'sqlite:FILE, a plain FILE, postgres://USER@HOST/NAME or postgresql://USER@HOST/NAME'

/**
 * The database that a URL names, or a plain path to a file. Whatever is neither is refused, so that a mistyped URL
 * never becomes a file. @throws MillraceError BadConfig
 */
export function databaseOf(db: string | DatabaseConfig): Database {
  const named = typeof db === 'string' ? { url: db } : db
  const { url } = named
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') {
    if (/^[a-z]+:\/\/./i.test(url)) return { ...named, kind: 'postgres' }
    throw unknown(url)
  }
  const path = scheme === 'sqlite' ? url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') : url
  if ((scheme !== undefined && scheme !== 'sqlite') || path === '' || path.includes('://')) throw unknown(url)
  if (named.password === undefined && named.poolSize === undefined) return { kind: 'sqlite', path }
  const what = named.password === undefined ? 'pool' : 'password'
  throw new MillraceError('BadConfig', `a file has no ${what}: expected a postgres:// URL, got "${url}"`)
}

/** The file of a database that is one. @throws MillraceError Usage naming what needs a file, BadConfig */
export function fileOf(db: string | DatabaseConfig, what: string): string {
  const database = databaseOf(db)
  if (database.kind === 'sqlite') return database.path
  const got = shownDatabase(database.url)
  throw new MillraceError('Usage', `${what}: expected a file, got "${got}"`)
}

/**
 * The URL as it may be shown: without its password. Of one that is not written as URLs are, a slash within the
 * password for example, nothing before its last @ is shown.
 */
export function shownDatabase(url: string): string {
  const [scheme] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url) ?? []
  if (scheme === undefined) return url
  const masked = url.replaceAll(/([?&][^=&#]*password=)[^&#]*/gi, `$1${MASK}`)
  const rest = masked.slice(scheme.length)
  const end = rest.lastIndexOf('@')
  if (end === -1) return masked
  const shown = /^([^:@/?#]*)(:[^@/?#]*)?$/.exec(rest.slice(0, end))
  const user = shown === null ? MASK : `${shown[1]}${shown[2] === undefined ? '' : `:${MASK}`}`
  return `${scheme}${user}${rest.slice(end)}`
}

function unknown(url: string): MillraceError {
  return new MillraceError(
    'BadConfig',
    `expected a database URL such as ${KNOWN}, got "${shownDatabase(url)}"`,
  )
}
