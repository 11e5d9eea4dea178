/** What a server must be before anything is kept on it, asked once a session in one statement. */
import { MillraceError } from '../../../model/index.ts'
import type { Limits } from './limits.ts'
import type { Connection, ServerFacts } from './types.ts'

/** What the session was opened with. */
export interface Expected {
  /** The process the login named; another one that answers stands behind a pooler. */
  readonly pid: number
  readonly limits: Limits
  readonly name: string
}

const OLDEST = 140_000

const QUESTION = `SELECT current_setting('server_version_num')::bigint,
  current_setting('server_encoding'), current_setting('client_encoding'),
  'Z' COLLATE "C" < 'a' COLLATE "C" AND 'z' COLLATE "C" < 'ä' COLLATE "C",
  pg_is_in_recovery(), current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on',
  pg_backend_pid(), current_schema(),
  current_setting('default_transaction_read_only') = 'on'
    AND current_setting('lock_timeout')::interval = $1::bigint * interval '1 ms'
    AND current_setting('idle_in_transaction_session_timeout')::interval = $2::bigint * interval '1 ms'`

type Said = readonly [number, string, string, number, number, number, number, number, string | null, number]

/** @throws MillraceError BadConfig for a pooler, a standby, another encoding; EngineTooOld */
export async function checkServer(
  session: Pick<Connection, 'run'>,
  expected: Expected,
): Promise<ServerFacts> {
  const { lockMs, idleInTransactionMs } = expected.limits
  const { rows } = await session.run({ text: QUESTION, params: [lockMs, idleInTransactionMs] })
  const said = rows[0] as unknown as Said
  const [version, serverEncoding, clientEncoding, isBytewise, isStandby, fsync, pages, pid, schema] = said
  const isOurs = said[9] === 1 && pid === expected.pid
  const refuse = (code: 'BadConfig' | 'EngineTooOld', what: string, facts = {}) =>
    new MillraceError(code, `${expected.name} ${what}`, { facts })
  if (!isOurs) throw notItself(expected.name)
  if (version < OLDEST) throw refuse('EngineTooOld', `is Postgres ${shown(version)}; use 14 or later`)
  if (isStandby === 1) throw refuse('BadConfig', STANDBY, { standby: true })
  if (serverEncoding !== 'UTF8' || clientEncoding !== 'UTF8' || isBytewise !== 1) {
    throw refuse('BadConfig', `keeps text as ${serverEncoding}; ${UTF8}`)
  }
  if (schema === null)
    throw refuse('BadConfig', 'has no schema of the search path; make it with CREATE SCHEMA')
  return { version, schema, fsync: fsync === 1, fullPageWrites: pages === 1, pid }
}

const STANDBY = 'is a standby, which can only be read; name the primary'

const POOLER =
  'is a pooler (PgBouncer, say), not the server itself. A process of Millrace is known to live by a lock of its ' +
  'session, and prepares statements there, so it needs sessions of its own: name the server and its port. ' +
  'It opens few connections, and a bounded number of them.'

/** What answers is no server but stands before one. */
export function notItself(name: string, cause?: unknown): MillraceError {
  return new MillraceError('BadConfig', `${name} ${POOLER}`, { cause })
}

const UTF8 = "make the database anew with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"

function shown(version: number): string {
  return version < 100_000
    ? `${Math.floor(version / 10_000)}`
    : `${Math.floor(version / 10_000)}.${version % 10_000}`
}

/** What of a server's settings lets a power loss take what was acknowledged, as sentences; none where all is well. */
export function durabilityNotices({ fsync, fullPageWrites }: ServerFacts): readonly string[] {
  const notices: string[] = []
  if (!fsync)
    notices.push('the server has fsync off: a power loss can take acknowledged rows, or all of them')
  if (!fullPageWrites) notices.push('the server has full_page_writes off: a power loss can damage its data')
  return notices
}
