/** A database as the source of a move, or read back as its target: one connection that only reads. */
import { MillraceError } from '../../../model/index.ts'
import { closeOnce } from '../../reading/index.ts'
import {
  moveUnfinished,
  RowWriter,
  type SourceSide,
  type TableShape,
  type Touched,
} from '../../portable/index.ts'
import { type Connection, type Connector, type ConnectOptions, connectorOf } from '../connect/index.ts'
import { migrations, pendingMigrations } from '../migrations/index.ts'
import { isHeld, lifeLock } from '../processes/index.ts'
import { moveOf } from './move-table.ts'
import { constant, quoted } from './quoting.ts'
import { tablesOf } from './shapes.ts'
import { TableReader } from './table-reader.ts'

/** How many processes are at work. */
export const LIVING = `SELECT count(*) FROM processes WHERE ${isHeld(lifeLock('processes.id'))}`

/** Opens a database that a Millrace made. @throws MillraceError NotFound, MoveUnfinished, and as connecting does */
export async function openPostgresSource(options: ConnectOptions): Promise<SourceSide> {
  const connector = connectorOf(options)
  try {
    const connection = await connector.connect('copy')
    if ((await pendingMigrations(connection, migrations)).length === migrations.length) {
      throw new MillraceError('NotFound', `expected a Millrace database at ${connector.name}; check the name`)
    }
    const source = sourceOver(connector, connection, { isTarget: false })
    return { ...source, close: closeOnce(() => connector.close()) }
  } catch (error) {
    await connector.close()
    throw error
  }
}

/** Reads over a connection, one read after the other. */
export function sourceOver(
  connector: Connector,
  connection: Connection,
  { isTarget }: { readonly isTarget: boolean },
): SourceSide {
  const { name } = connector
  const one = async (text: string) => (await connection.run({ text })).rows[0]?.[0] ?? null
  const readers = new Map<string, Promise<TableReader>>()
  // One writer serves all reads, so that they leave little behind; each read has it for itself.
  const writer = new RowWriter()
  const inTurn = turns()
  const reader = (table: string) => {
    const known = readers.get(table) ?? readerOf(connection, table, writer)
    readers.set(table, known)
    return known
  }
  return {
    name,
    kind: 'postgres',
    identity: async () =>
      `${name} schema ${connection.server.schema} made at ${String(await one('SELECT min(applied_at) FROM schema_migrations'))}`,
    tables: async () => {
      if (!isTarget && (await moveOf(connection)).state === 'moving') throw moveUnfinished(name)
      return checkedTables(connection, name)
    },
    size: async (table) => {
      const rows = Number(await one(`SELECT count(*) FROM ${quoted(table)}`))
      const bytes = Number(await one(`SELECT pg_table_size(${constant(quoted(table))}::regclass)`))
      return { rows, bytes }
    },
    position: async () => Number(await one("SELECT value FROM counters WHERE name = 'position'")),
    writers: async () => Number(await one(LIVING)),
    leases: async () => Number(await one("SELECT count(*) FROM jobs WHERE state = 'running'")),
    touchedAfter: (position, limit) => touched(connection, position, limit),
    read: (table, range) => inTurn(async () => (await reader(table)).chunk(range, true)),
    digest: (table, range) => inTurn(async () => (await reader(table)).chunk(range, false)),
    digestAll: (table, range) => inTurn(async () => (await reader(table)).digestAll(range)),
    readIds: (table, column, ids) => inTurn(async () => (await reader(table)).byIds(column, ids)),
    close: closeOnce(() => connection.close()),
  }
}

async function checkedTables(connection: Connection, name: string): Promise<readonly TableShape[]> {
  if ((await pendingMigrations(connection, migrations)).length === 0) return tablesOf(connection)
  throw new MillraceError(
    'BadInput',
    `${name} was written by an older Millrace, and a source is never written; bring it up to date first: \`millrace runs --db ${name}\``,
  )
}

/** Runs what it is given one after the other. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    // Whoever asked hears of a failure; the next one does not depend on it.
    last = mine.catch(() => undefined)
    return mine
  }
}

async function readerOf(connection: Connection, table: string, writer: RowWriter): Promise<TableReader> {
  const shape = (await tablesOf(connection)).find(({ name }) => name === table)
  if (shape === undefined) throw new MillraceError('Fault', `there is no table "${table}"`)
  return new TableReader(connection, shape, writer)
}

/** In one view, so that nothing between the changes and the latest position is passed over. */
async function touched(connection: Connection, after: number, limit: number): Promise<Touched> {
  const text = `WITH latest AS (SELECT
      (SELECT value FROM counters WHERE name = 'position') AS latest,
      (SELECT value FROM counters WHERE name = 'changes_pruned_to') AS pruned)
    SELECT latest, pruned, changes.position, noun, id FROM latest LEFT JOIN LATERAL
      (SELECT * FROM changes WHERE position > $1::bigint ORDER BY position LIMIT $2::bigint) AS changes ON true`
  const { rows } = await connection.run({ text, params: [after, limit] })
  const [latest, pruned] = [Number(rows[0]?.[0]), Number(rows[0]?.[1])]
  if (after < pruned) throw new MillraceError('PositionTooOld', `changes after ${after} are no longer kept`)
  // The last position of a list that was cut may lack some of its rows, so it is left for the next.
  const cut = rows.length < limit ? Infinity : Number(rows.at(-1)?.[2])
  const ids = new Map<string, Set<string>>()
  for (const [, , position, noun, id] of rows) {
    if (position === null || Number(position) >= cut) break
    ids.set(String(noun), (ids.get(String(noun)) ?? new Set()).add(String(id)))
  }
  const position = cut === Infinity ? latest : cut - 1
  if (cut !== Infinity && position <= after) return touched(connection, after, limit * 8)
  return { position, ids: new Map([...ids].map(([noun, known]) => [noun, [...known]])) }
}
