/** The server: what it is, how it keeps text, what it does for durability, and how many sessions it has left. */
import { fail, ok, warn, type Check } from '../../finding.ts'
import type { Connection } from '../connect/index.ts'
import { OWN_TABLES } from './own-tables.ts'
import { processOf, type Session } from './sessions.ts'

/** Further sessions that a crawl and a command beside it open. */
const SESSIONS_FREE_LOW = 10

const SERVER = `SELECT current_setting('server_version'), current_database(), current_schema(), current_user,
  (extract(epoch FROM statement_timestamp() - pg_postmaster_start_time()) * 1000)::bigint`

/** Which one answers. */
export async function checkServer(connection: Connection, name: string): Promise<Check> {
  const { rows } = await connection.run({ text: SERVER })
  const [version, database, schema, role, upMs] = (rows[0] ?? []).map(String)
  const hours = (Number(upMs) / 3_600_000).toFixed(1)
  return ok(
    'server',
    `Postgres ${version} at ${name}, up for ${hours} h; database ${database}, schema ${schema}, role ${role}`,
  )
}

const ASTRAY = `SELECT relation.relname || '.' || attribute.attname
  FROM pg_attribute AS attribute
  JOIN pg_class AS relation ON relation.oid = attribute.attrelid
  JOIN pg_collation AS kept ON kept.oid = attribute.attcollation
  WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relname = ANY ($1::text[])
    AND attribute.attnum > 0 AND NOT attribute.attisdropped AND kept.collname <> 'C'
  ORDER BY 1`

/** Whether every text is kept as UTF-8 and compared by its bytes: what Millrace reads in order depends on it. */
export async function checkText(connection: Connection): Promise<Check> {
  const { rows } = await connection.run({ text: ASTRAY, params: [OWN_TABLES] })
  if (rows.length === 0) return ok('text', 'UTF-8, and every text column compares by bytes (C)')
  const advice = 'ALTER TABLE ... ALTER COLUMN ... TYPE text COLLATE "C" while nobody is at work'
  return fail('text', `of another collation than C: ${rows.flat().slice(0, 5).join(', ')}`, advice)
}

const SETTINGS = `SELECT name, setting FROM pg_settings WHERE name IN
  ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'autovacuum', 'synchronous_standby_names')`

/** What an acknowledged commit outlives. */
export async function checkDurability(connection: Connection): Promise<Check> {
  const { rows } = await connection.run({ text: SETTINGS })
  const settings = new Map(rows.map(([name, setting]) => [String(name), String(setting)]))
  const detail = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums']
    .map((name) => `${name} ${settings.get(name)}`)
    .join(', ')
  if (settings.get('fsync') === 'on' && settings.get('full_page_writes') === 'on')
    return ok('durability', `${detail}: power-safe`)
  const advice =
    'set fsync and full_page_writes to on: until then a power cut can lose or tear what was stored'
  return warn('durability', detail, advice)
}

const CONNECTIONS = `SELECT current_setting('max_connections')::bigint,
  current_setting('superuser_reserved_connections')::bigint,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')`

/** How many sessions there are, may be, and are ours. */
export async function checkConnections(connection: Connection, sessions: readonly Session[]): Promise<Check> {
  const { rows } = await connection.run({ text: CONNECTIONS })
  const [most = 0, reserved = 0, used = 0] = (rows[0] ?? []).map(Number)
  const ours = sessions.filter((session) => processOf(session) !== null)
  const processes = new Set(ours.map(processOf)).size
  const detail = `${used} of ${most} in use, ${ours.length} of them by ${processes} processes of Millrace`
  if (most - reserved - used >= SESSIONS_FREE_LOW) return ok('connections', detail)
  const advice = 'raise max_connections, or end what holds sessions: the next process may find none'
  return warn('connections', detail, advice)
}
