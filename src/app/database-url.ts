/** What a `--db` names. Kept apart from opening it, so that help and usage errors load no backend. */
import { MillraceError } from '../model/index.ts'

/** Where data is kept when nobody says otherwise. */
export const DB_DEFAULT = 'sqlite:millrace.db'

/**
 * The file of a `sqlite:FILE` URL; a plain path to a file is taken as well.
 * @throws MillraceError BadConfig for a scheme that is not known
 */
export function sqlitePath(db: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(db)?.[1]?.toLowerCase()
  const path = scheme === 'sqlite' ? db.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') : db
  if ((scheme === undefined || scheme === 'sqlite') && path !== '') return path
  const known = 'sqlite:FILE (postgres:// comes later)'
  throw new MillraceError(
    'BadConfig',
    `expected a database URL such as ${known}, got "${db.replace(/:[^:@/]*@/, ':***@')}"`,
  )
}
