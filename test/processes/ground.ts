/** Where a storm takes place: one file, or one Postgres database. */
import { join } from 'node:path'
import { Client } from 'pg'
import type { Clock } from '../../src/model/index.ts'
import type { Definition, Store } from '../../src/store/index.ts'
import { openPostgres } from '../../src/store/postgres/index.ts'
import { lockHolders } from '../../src/store/sqlite/file/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'

/** A ground, as the process that plays the storm has it. */
export interface Ground {
  /** What a child is told to open: a path, or a URL. */
  readonly db: string
  /** How many processes a storm has here. */
  readonly processes: number
  /** How long a stopped process that blocks all others is left standing; Postgres frees them by itself. */
  readonly blockedMs: number
  /** Whether a stopped process may have sent what ends a job, so that a server ends it all the same. */
  readonly endsWhatWasSent: boolean
  /** The process that may write now, by its number; undefined: none. */
  holder(): Promise<number | undefined>
  /** What is wrong with how it is kept. */
  damage(store: Store): Promise<readonly string[]>
  end(): Promise<void>
}

/** How long a transaction in which nothing happens may hold up others on Postgres. */
const IDLE_MS = 1_000

/** Opens the store of a ground. */
export function openGround(
  db: string,
  options: { readonly definitions: readonly Definition[]; readonly clock?: Clock },
): Promise<Store> {
  if (!db.startsWith('postgres')) return openSqlite({ path: db, ...options })
  const timeLimits = { idleInTransactionMs: IDLE_MS }
  return openPostgres({ url: db, comeBackMs: 0, timeLimits, ...options })
}

/** A new file in an empty folder. */
export function fileGround(folder: string): Ground {
  const path = join(folder, 'storm.db')
  return {
    db: path,
    processes: 8,
    blockedMs: 300,
    endsWhatWasSent: false,
    holder: () => Promise.resolve(lockHolders(path)?.writer?.pid),
    async damage(store) {
      const findings: string[] = []
      for await (const { rows } of store.sql('PRAGMA integrity_check', { deadlineMs: 60_000 }))
        if (rows[0]?.[0] !== 'ok') findings.push(`integrity_check: ${JSON.stringify(rows)}`)
      return findings
    },
    end: () => Promise.resolve(),
  }
}

const HOLDER = `SELECT processes.pid::int FROM pg_stat_activity AS one
  JOIN processes ON one.application_name = 'millrace ' || processes.id
  WHERE one.backend_xid IS NOT NULL AND one.wait_event_type IS DISTINCT FROM 'Lock'`

/** An empty database. */
export async function databaseGround(url: string): Promise<Ground> {
  const client = new Client({ connectionString: url })
  // The database may go before this does.
  client.on('error', () => undefined)
  await client.connect()
  return {
    db: url,
    processes: 4,
    blockedMs: 60_000,
    endsWhatWasSent: true,
    holder: async () => (await client.query<{ pid: number }>(HOLDER)).rows[0]?.pid,
    damage: () => Promise.resolve([]),
    end: () => client.end(),
  }
}
