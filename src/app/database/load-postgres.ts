/** The Postgres adapter and what it is reached with: loaded by nobody who keeps data in a file. */
import { isMillraceError, MillraceError } from '../../model/index.ts'
import type * as Adapter from '../../store/postgres/index.ts'
import type { PostgresOptions } from '../../store/postgres/index.ts'
import type { DatabaseConfig } from '../config/index.ts'
import { plainLine } from '../print/plain-text.ts'

const PACKAGES = ['pg', 'pg-copy-streams'] as const

/** Loads it. @throws MillraceError BadConfig where its packages are not installed */
export async function loadPostgres(): Promise<typeof Adapter> {
  const missing = PACKAGES.filter((name) => !isInstalled(name))
  if (missing.length === 0) return import('../../store/postgres/index.ts')
  throw new MillraceError(
    'BadConfig',
    `a postgres:// database needs ${missing.join(' and ')} beside Millrace: npm install ${PACKAGES.join(' ')}`,
  )
}

/** What the adapter is told of the server. */
export function serverOf({ url, password, poolSize }: DatabaseConfig): Server {
  const server: Server = { url }
  const asked: Server = password === undefined ? server : { ...server, password: checked(password) }
  return poolSize === undefined ? asked : { ...asked, poolSize }
}

type Server = Pick<PostgresOptions, 'url' | 'password' | 'poolSize'>

/** What a function of the configuration gives may be anything. */
function checked(password: () => Promise<string>): () => Promise<string> {
  return async () => {
    const given: unknown = await asked(password)
    if (typeof given === 'string' && given !== '') return given
    const got = given === '' ? 'an empty one' : `something of type ${typeof given}`
    throw new MillraceError('BadConfig', `db.password: expected it to give a text, got ${got}`)
  }
}

async function asked(password: () => Promise<string>): Promise<unknown> {
  try {
    return await password()
  } catch (cause) {
    if (isMillraceError(cause)) throw cause
    const why = plainLine(cause instanceof Error ? cause.message : String(cause))
    throw new MillraceError('NoPermission', `db.password: it gave no password: ${why}`, { cause })
  }
}

function isInstalled(name: string): boolean {
  try {
    return import.meta.resolve(name) !== ''
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return false
    throw error
  }
}
