/** Which registered processes live: those whose session still holds the lock of their id. */
import type { RegisteredProcess } from '../../finding.ts'
import type { Connection } from '../connect/index.ts'
import { isHeld, lifeLock } from '../processes/index.ts'

const REGISTERED = `SELECT id, pid, host, command, started_at, ${isHeld(lifeLock('one.id'))} FROM processes AS one
  ORDER BY started_at, id`

const LIVING = `SELECT id FROM unnest($1::text[]) AS one (id) WHERE ${isHeld(lifeLock('one.id'))}`

/** All that are registered, oldest first. */
export async function registeredOf(connection: Connection): Promise<readonly RegisteredProcess[]> {
  const { rows } = await connection.run({ text: REGISTERED })
  return rows.map(([id, pid, host, command, startedAt, isAlive]) => ({
    id: String(id),
    pid: Number(pid),
    host: String(host),
    command: String(command),
    startedAt: Number(startedAt),
    isAlive: isAlive === 1,
  }))
}

/** Those of these ids whose process lives. */
export async function livingOf(connection: Connection, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await connection.run({ text: LIVING, params: [ids] })
  return new Set(rows.map(([id]) => String(id)))
}
