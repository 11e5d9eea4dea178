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

/**
 * One INSERT of many rows of many units: an array a column, the last one the rows' positions. It answers with how many
 * rows each position wrote. Null when the table has bytes, which arrays would double.
 */
export function manyRowsText({ table, onConflict }: PlainWrite, noun: string): string | null {
  const codecs = Object.entries(table.columns)
  if (codecs.some(([, codec]) => postgresType(codec) === 'bytea')) return null
  const types = [...codecs.map(([, codec]) => postgresType(codec)), 'bigint']
  const columns = [...codecs.map(([name]) => sqlName(name)), 'position'].join(', ')
  const arrays = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')
  const key = sqlName(table.key)
  return `WITH done AS (INSERT INTO ${table.name} (${columns}) SELECT * FROM unnest(${arrays})${onConflict}
      RETURNING ${key} AS changed_id, position),
    noted AS (INSERT INTO changes (position, noun, id, op)
      SELECT DISTINCT position, '${noun}', changed_id, 'put' FROM done ${LAST_OP})
    SELECT position, count(*) FROM done GROUP BY position`
}
