/** The sessions of a database as its server sees them, and who of them waits for whom. */
import type { Connection } from '../connect/index.ts'

/** One session. What another role does may be hidden from ours; its parts are then null. */
export interface Session {
  readonly pid: number
  readonly role: string | null
  /** 'millrace ID' are ours. */
  readonly application: string
  /** As Postgres names it, such as 'active' or 'idle in transaction'. */
  readonly state: string | null
  /** How long its transaction is open; null: none is. */
  readonly transactionMs: number | null
  /** Its statement, or its last one, shortened. */
  readonly statement: string
  /** Sessions whose locks it waits for. */
  readonly blockedBy: readonly number[]
}

/* Ages are by the server's own clock, of its own sessions: nothing is decided by them, and nothing of them is kept. */
const SESSIONS = `SELECT pid, usename, application_name, state,
  (extract(epoch FROM statement_timestamp() - xact_start) * 1000)::bigint, left(query, 200),
  CASE WHEN wait_event_type = 'Lock' THEN array_to_string(pg_blocking_pids(pid), ',') ELSE '' END
  FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  ORDER BY pid`

/** All sessions of the database but the one that asks. */
export async function sessionsOf(connection: Connection): Promise<readonly Session[]> {
  const { rows } = await connection.run({ text: SESSIONS })
  return rows.map(([pid, role, application, state, transactionMs, statement, blockedBy]) => ({
    pid: Number(pid),
    role: role === null ? null : String(role),
    application: String(application ?? ''),
    state: state === null ? null : String(state),
    transactionMs: transactionMs === null ? null : Number(transactionMs),
    statement: String(statement ?? ''),
    blockedBy: String(blockedBy ?? '')
      .split(',')
      .filter((text) => text !== '')
      .map(Number),
  }))
}

/** The id of the process of Millrace that a session is of; null: of none. */
export function processOf({ application }: Pick<Session, 'application'>): string | null {
  return /^millrace (\S+)$/.exec(application)?.[1] ?? null
}
