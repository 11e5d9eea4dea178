/** What the server of a store knows of the processes at work on it, looked at again and again over one session. */
import type { RegisteredProcess } from '../../finding.ts'
import { connectorOf, type ConnectOptions } from '../connect/index.ts'
import { registeredOf } from './processes.ts'
import { processOf, sessionsOf, type Session } from './sessions.ts'

/** One look. Counts grow for as long as the server keeps its statistics; rates are between two looks. */
export interface WatchedServer {
  /** Of the latest unit. */
  readonly position: number
  /** Transactions of the database, whoever's they are. */
  readonly commits: number
  readonly rollbacks: number
  /** Bytes of write-ahead log, of the whole server. */
  readonly walBytes: number
  /** Those that live, oldest first, each with its sessions. */
  readonly processes: readonly WatchedProcess[]
  /** Sessions of others. */
  readonly others: readonly Session[]
}

/** One process at work. */
export interface WatchedProcess extends RegisteredProcess {
  readonly sessions: readonly Session[]
}

/** Looks until it is disposed of. */
export interface ServerWatch extends AsyncDisposable {
  /** @throws MillraceError StoreUnreachable */
  look(): Promise<WatchedServer>
}

const COUNTS = `SELECT (SELECT value FROM counters WHERE name = 'position'), xact_commit, xact_rollback,
    pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')
  FROM pg_stat_database WHERE datname = current_database()`

/** Begins to watch. @throws MillraceError as connecting does */
export async function watchPostgres(options: ConnectOptions): Promise<ServerWatch> {
  const connector = connectorOf(options)
  try {
    const connection = await connector.connect('read')
    return {
      async look() {
        const { rows } = await connection.run({ text: COUNTS })
        const [position = 0, commits = 0, rollbacks = 0, walBytes = 0] = (rows[0] ?? []).map(Number)
        const sessions = await sessionsOf(connection)
        const registered = (await registeredOf(connection)).filter(({ isAlive }) => isAlive)
        const processes = registered.map((process) => ({
          ...process,
          sessions: sessions.filter((session) => processOf(session) === process.id),
        }))
        const others = sessions.filter((session) => processOf(session) === null)
        return { position, commits, rollbacks, walBytes, processes, others }
      },
      [Symbol.asyncDispose]: () => connector.close(),
    }
  } catch (error) {
    await connector.close()
    throw error
  }
}
