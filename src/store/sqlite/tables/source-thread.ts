/** The thread that reads a file's tables. Its connection can not write; every answer is of one short read. */
import { workerData } from 'node:worker_threads'
import { serveThread } from '../../../threads/index.ts'
import { MillraceError } from '../../../model/index.ts'
import {
  type KeyRange,
  RowWriter,
  type TableShape,
  type TableSize,
  type Touched,
} from '../../portable/index.ts'
import { pendingMigrations } from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { refuseUnfinishedMove } from './move-table.ts'
import { openForTables } from './open-for-tables.ts'
import { tablesOf } from './shapes.ts'
import { quoted, TableReader } from './table-reader.ts'

/** What the thread is started with. */
export interface SourceData {
  readonly path: string
  /** Whether it may be in the middle of a move: whoever moves into it reads back what it wrote. */
  readonly isTarget: boolean
}

/** A range of a table. */
export interface RangeRequest {
  readonly table: string
  readonly range: KeyRange
}

/** Rows by one column. */
export interface IdsRequest {
  readonly table: string
  readonly column: string
  readonly ids: readonly string[]
}

const { path, isTarget } = workerData as SourceData
const { db, close } = openForTables(path)
const writer = new RowWriter()
const readers = new Map<string, TableReader>()

serveThread(
  {
    tables: () => checkedTables(),
    identity: () => String(one('SELECT min(applied_at) FROM schema_migrations')),
    position: () => Number(one("SELECT value FROM counters WHERE name = 'position'")),
    leases: () => Number(one("SELECT count(*) FROM jobs WHERE state = 'running'")),
    size: (table: string) => size(table),
    touchedAfter: ({ position, limit }: { position: number; limit: number }) => touched(position, limit),
    read: ({ table, range }: RangeRequest) => reader(table).chunk(range, true),
    digest: ({ table, range }: RangeRequest) => reader(table).chunk(range, false),
    digestAll: ({ table, range }: RangeRequest) => reader(table).digestAll(range),
    readIds: ({ table, column, ids }: IdsRequest) => reader(table).byIds(column, ids),
    close,
  },
  sqliteError,
  (value) => buffersOf(value),
)

/** The rows of an answer. */
function buffersOf(value: unknown): readonly ArrayBuffer[] {
  const { bytes } = (value ?? {}) as { readonly bytes?: unknown }
  return bytes instanceof Uint8Array ? [bytes.buffer as ArrayBuffer] : []
}

function checkedTables(): readonly TableShape[] {
  if (!isTarget) refuseUnfinishedMove(db)
  if (pendingMigrations(db).length === 0) return tablesOf(db)
  throw new MillraceError(
    'BadInput',
    `${path} was written by an older Millrace, and a source is never written; bring it up to date first: \`millrace runs --db ${path}\``,
  )
}

function reader(table: string): TableReader {
  const known = readers.get(table)
  if (known !== undefined) return known
  const shape = tablesOf(db).find(({ name }) => name === table)
  if (shape === undefined) throw new MillraceError('Fault', `there is no table "${table}"`)
  const made = new TableReader(db, shape, writer)
  readers.set(table, made)
  return made
}

/** Counting is quick where rows are small; the bytes are those of a sample of the first rows. */
function size(table: string): TableSize {
  const rows = Number(one(`SELECT count(*) FROM ${quoted(table)}`))
  const sample = reader(table).chunk({ after: null, upTo: null }, false)
  const bytes = sample.rows === 0 ? 0 : Math.round((sample.encodedBytes / sample.rows) * rows)
  return { rows, bytes }
}

function touched(after: number, limit: number): Touched {
  return touchedUpTo(after, limit) ?? touched(after, limit * 8)
}

function touchedUpTo(after: number, limit: number): Touched | undefined {
  db.exec('BEGIN')
  try {
    const pruned = Number(one("SELECT value FROM counters WHERE name = 'changes_pruned_to'"))
    if (after < pruned) throw new MillraceError('PositionTooOld', `changes after ${after} are no longer kept`)
    const rows = db
      .prepare('SELECT position, noun, id FROM changes WHERE position > ? ORDER BY position LIMIT ?')
      .all(after, limit)
    const latest = Number(one("SELECT value FROM counters WHERE name = 'position'"))
    const found = upToWhole(rows, limit, latest)
    // One unit that touched more rows than were asked for.
    if (rows.length === limit && found.position <= after) return undefined
    return found
  } finally {
    db.exec('COMMIT')
  }
}

/** The last position of a list that was cut may lack some of its rows, so it is left for the next. */
function upToWhole(rows: readonly Record<string, unknown>[], limit: number, latest: number): Touched {
  const ids = new Map<string, Set<string>>()
  const cut = rows.length < limit ? Infinity : Number(rows.at(-1)?.['position'])
  for (const row of rows) {
    if (Number(row['position']) >= cut) break
    const noun = String(row['noun'])
    ids.set(noun, (ids.get(noun) ?? new Set()).add(String(row['id'])))
  }
  return {
    position: cut === Infinity ? latest : cut - 1,
    ids: new Map([...ids].map(([noun, known]) => [noun, [...known]])),
  }
}

function one(sql: string): unknown {
  return Object.values(db.prepare(sql).get() ?? {})[0]
}
