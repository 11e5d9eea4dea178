/**
 * The SQL that is really sent. A statement that changes rows others may care for also writes its change rows, in one
 * round trip: it becomes the first part of a statement of three.
 *
 *   WITH done AS (the statement ... RETURNING ...), noted AS (INSERT INTO changes ...) SELECT what is wanted FROM done
 */
import { BIND_POSITION, type CompiledStatement } from '../../catalog.ts'
import type { PlainWrite } from '../../declare.ts'
import { sqlName } from '../../declare.ts'
import { postgresType } from '../../portable/index.ts'
import type { ElementType } from './array.ts'

/** A statement ready to be sent: its text, and what its placeholders are bound to. */
export interface Shaped {
  readonly text: string
  readonly binds: readonly number[]
  /** How its answer is read: as result rows, as a row that holds a count, or not at all. */
  readonly answer: 'rows' | 'count' | 'nothing'
  /** Whether what it gives back counts as changed. */
  readonly isCounted: boolean
}

const RETURNS = /\bRETURNING\b/i

/** The text and the way to read its answer. */
export function shapeStatement(statement: CompiledStatement): Shaped {
  const { sql, binds, gives, noun } = statement
  if (noun === null) return { text: sql, binds, answer: gives ? 'rows' : 'nothing', isCounted: false }
  return RETURNS.test(sql) ? notingReturned(statement) : notingNamed(statement)
}

function notingReturned({ sql, binds, gives, noun, op }: CompiledStatement): Shaped {
  const at = placeOf(BIND_POSITION, binds)
  const noted = `INSERT INTO changes (position, noun, id, op)
    SELECT DISTINCT ${at.placeholder}, '${noun}', changed_id, '${op}' FROM done ${LAST_OP}`
  const wanted = gives ? '*' : 'count(*)'
  const text = `WITH done (changed_id) AS (${sql}), noted AS (${noted}) SELECT ${wanted} FROM done`
  return { text, binds: at.binds, answer: gives ? 'rows' : 'count', isCounted: true }
}

function notingNamed({ sql, binds, noun, op, idFrom }: CompiledStatement): Shaped {
  const at = placeOf(BIND_POSITION, binds)
  const id = placeOf(idFrom, at.binds, 'text')
  const noted = `INSERT INTO changes (position, noun, id, op)
    SELECT ${at.placeholder}, '${noun}', ${id.placeholder}, '${op}' WHERE EXISTS (SELECT 1 FROM done) ${LAST_OP}`
  const text = `WITH done AS (${sql} RETURNING 1), noted AS (${noted}) SELECT count(*) FROM done`
  return { text, binds: id.binds, answer: 'count', isCounted: true }
}

/* A second change of the same row in one unit leaves one change row, with the last op. */
const LAST_OP = 'ON CONFLICT (position, noun, id) DO UPDATE SET op = excluded.op'

function placeOf(from: number, binds: readonly number[], type = 'bigint') {
  const known = binds.indexOf(from)
  if (known >= 0) return { placeholder: `$${known + 1}::${type}`, binds }
  return { placeholder: `$${binds.length + 1}::${type}`, binds: [...binds, from] }
}

/** One INSERT of many rows of many units. */
export interface ManyRows {
  /** Its placeholders are arrays, one a column and the last the rows' positions. */
  readonly text: string
  /** Their element types, in order. */
  readonly types: readonly ElementType[]
  /** Where the key stands among a row's values. */
  readonly keyAt: number
  /** Every row is written, or all of it fails; else the answer is how many rows each position wrote. */
  readonly writesAll: boolean
}

/** Makes it of a generated write. */
export function manyRowsOf({ table, onConflict }: PlainWrite): ManyRows {
  const names = Object.keys(table.columns)
  const types = [...Object.values(table.columns).map(postgresType), 'bigint' as const]
  const arrays = types.map((type, index) => `unnest($${index + 1}::${type}[])`)
  const columns = [...names.map(sqlName), 'position'].join(', ')
  const keyAt = names.indexOf(table.key)
  // Side by side in the list of what is selected they are read as they go; in FROM all would be copied first.
  const write = `INSERT INTO ${table.name} (${columns}) SELECT ${arrays.join(', ')}${onConflict}`
  const writesAll = !onConflict.includes('DO NOTHING')
  const noting = { noun: table.noun, positions: arrays.at(-1) ?? '', ids: arrays[keyAt] ?? '' }
  const text = writesAll ? notingAll(write, noting) : notingWritten(write, noting.noun, sqlName(table.key))
  return { text, types, keyAt, writesAll }
}

function notingAll(
  write: string,
  { noun, positions, ids }: { readonly noun: string; readonly positions: string; readonly ids: string },
): string {
  return `WITH noted AS (INSERT INTO changes (position, noun, id, op)
      SELECT ${positions}, '${noun}', ${ids}, 'put' ${LAST_OP})
    ${write}`
}

function notingWritten(write: string, noun: string, key: string): string {
  return `WITH done AS (${write} RETURNING ${key} AS changed_id, position),
    noted AS (INSERT INTO changes (position, noun, id, op)
      SELECT position, '${noun}', changed_id, 'put' FROM done ${LAST_OP})
    SELECT position, count(*) FROM done GROUP BY position`
}
