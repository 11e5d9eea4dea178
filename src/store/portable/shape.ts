/** What a table looks like to whoever moves it: found by looking at the database, so that no list of columns can be old. */
import { MillraceError } from '../../model/index.ts'

/** How a value is stored: 8 bytes with a sign, an IEEE double, UTF-8, or bytes. */
export type ColumnType = 'int' | 'real' | 'text' | 'bytes'

/** One column. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly isNullable: boolean
}

/** One table; equal on every backend that holds the same schema. */
export interface TableShape {
  readonly name: string
  /** By name, whatever their order in the database. */
  readonly columns: readonly Column[]
  /** Names of the primary key's columns, in its order: what rows are read by. */
  readonly key: readonly string[]
  /** Columns that are indexed together, the key among them: where a backend limits what an index holds. */
  readonly indexed: readonly (readonly string[])[]
}

/** How much is read at a time. Both sides cut at the same rows, so the figures are part of what a root is made of. */
export interface ChunkBounds {
  readonly rows: number
  /** A chunk ends with the row that reaches so many bytes of encoding. */
  readonly bytes: number
}

/** Small enough that one bad row in ten million has less than a thousandth read again. */
export const CHUNK: ChunkBounds = { rows: 4_096, bytes: 1024 * 1024 }

/** Tables that follow from others and are made anew; SQLite's own parts of them are no tables to it. */
export const DERIVED: ReadonlySet<string> = new Set(['documents_text'])

/**
 * Tables that say something of one database and not of what is in it: its schema's history, the processes at work on it
 * and the move into it.
 */
const OWN: ReadonlySet<string> = new Set(['schema_migrations', 'processes', 'moves', 'moves_put_back'])

/** Whether a table is moved row by row. */
export function isCarried(table: string): boolean {
  return !OWN.has(table) && !DERIVED.has(table)
}

/** Where the rows of a noun of `changes` are, and which column its ids are of. */
export interface Tracked {
  readonly table: string
  readonly column: string
}

/** The tables of which `changes` names every row that is written or deleted. */
export const TRACKED: Readonly<Record<string, Tracked>> = {
  attempt: { table: 'attempts', column: 'id' },
  document: { table: 'documents', column: 'id' },
  job: { table: 'jobs', column: 'id' },
  lane: { table: 'lanes', column: 'key' },
  page: { table: 'pages', column: 'id' },
  'raw body': { table: 'raw_bodies', column: 'sha256' },
  robots: { table: 'robots', column: 'origin' },
  run: { table: 'runs', column: 'id' },
  source: { table: 'sources', column: 'id' },
}

const TYPES: Readonly<Record<string, ColumnType>> = {
  integer: 'int',
  bigint: 'int',
  real: 'real',
  'double precision': 'real',
  text: 'text',
  blob: 'bytes',
  bytea: 'bytes',
}

/** A table as a backend describes it. */
export interface FoundTable {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isNullable: boolean }[]
  readonly key: readonly string[]
  readonly indexed: readonly (readonly string[])[]
}

/** What a backend found, as a shape. @throws MillraceError SchemaChanged for a type or a key that no Millrace makes */
export function shapeOf(found: FoundTable): TableShape {
  const { name, columns, key, indexed } = found
  if (key.length === 0) throw strange(`table ${name} has no primary key`)
  const typed = columns.map((column) => {
    const type = TYPES[column.type.toLowerCase()]
    if (type === undefined) throw strange(`column ${name}.${column.name} is of the type ${column.type}`)
    // A key's column holds no null, whether or not it was declared so.
    return { name: column.name, type, isNullable: column.isNullable && !key.includes(column.name) }
  })
  return { name, columns: typed.sort((a, b) => (a.name < b.name ? -1 : 1)), key, indexed: [key, ...indexed] }
}

function strange(what: string): MillraceError {
  return new MillraceError(
    'SchemaChanged',
    `expected the tables of this Millrace, but ${what}; use a released Millrace`,
  )
}
