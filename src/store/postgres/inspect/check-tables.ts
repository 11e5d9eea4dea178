/** What the tables take, whether the hot ones are kept small, and whether every index and every row can be used. */
import { isMillraceError } from '../../../model/index.ts'
import { fail, ok, warn, type Check } from '../../finding.ts'
import type { Connection } from '../connect/index.ts'
import { OWN_TABLES } from './own-tables.ts'

/** Written by every batch or every claim: dead rows there slow down all work. */
const HOT = ['counters', 'jobs', 'lanes'] as const
/** A table has more dead rows than this, and more than live ones, only where autovacuum does not keep up. */
const DEAD_ROWS_MANY = 100_000
const LARGEST_SHOWN = 3
/** Of a table at a time, with what its rows keep apart from it. */
const PIECE_BYTES = 64 * 1024 * 1024
const SHOWN = 5

const SIZES = `SELECT relation.relname, pg_total_relation_size(relation.oid), coalesce(stats.n_live_tup, 0),
    coalesce(stats.n_dead_tup, 0), to_char(greatest(stats.last_autovacuum, stats.last_vacuum), 'YYYY-MM-DD HH24:MI')
  FROM pg_class AS relation LEFT JOIN pg_stat_all_tables AS stats ON stats.relid = relation.oid
  WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relname = ANY ($1::text[])
  ORDER BY 2 DESC`

interface TableSize {
  readonly name: string
  readonly bytes: number
  readonly live: number
  readonly dead: number
  readonly vacuumed: string | null
}

/** Sizes, and dead rows of the hot tables. */
export async function checkTables(connection: Connection): Promise<Check> {
  const { rows } = await connection.run({ text: SIZES, params: [OWN_TABLES] })
  const tables = rows.map(([name, bytes, live, dead, vacuumed]) => ({
    name: String(name),
    bytes: Number(bytes),
    live: Number(live),
    dead: Number(dead),
    vacuumed: vacuumed === null ? null : String(vacuumed),
  }))
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0)
  const largest = tables.slice(0, LARGEST_SHOWN).map(({ name, bytes }) => `${name} ${megabytes(bytes)}`)
  const hot = tables.filter(({ name }) => HOT.some((one) => one === name))
  const detail = `${megabytes(total)}; ${largest.join(', ')}; ${hot.map(describeHot).join(', ')}`
  const swollen = tables.filter(({ dead, live }) => dead > DEAD_ROWS_MANY && dead > live)
  if (swollen.length === 0) return ok('tables', detail)
  const names = swollen.map(({ name, dead }) => `${name} (${dead} dead rows)`).join(', ')
  const advice = `VACUUM ${swollen[0]?.name}; docs/postgres.md says how autovacuum keeps up`
  return warn('tables', `${detail}; too many dead rows in ${names}`, advice)
}

function describeHot({ name, live, dead, vacuumed }: TableSize): string {
  return `${name}: ${dead} dead of ${live + dead} rows, ${vacuumed === null ? 'never vacuumed' : `vacuumed ${vacuumed} UTC`}`
}

const UNUSABLE = `SELECT 'index ' || relation.relname
    FROM pg_index AS index JOIN pg_class AS relation ON relation.oid = index.indexrelid
    WHERE relation.relnamespace = current_schema()::regnamespace AND NOT (index.indisvalid AND index.indisready)
  UNION ALL SELECT 'constraint ' || conname FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace AND NOT convalidated`

/** Indexes that were left half made, and rules that were never checked. */
export async function checkIndexes(connection: Connection): Promise<Check> {
  const { rows } = await connection.run({ text: UNUSABLE })
  if (rows.length === 0) return ok('indexes', 'every index and every rule of a table is valid')
  const advice = 'REINDEX INDEX CONCURRENTLY ..., or ALTER TABLE ... VALIDATE CONSTRAINT ...'
  return fail('indexes', `not valid: ${rows.flat().slice(0, SHOWN).join(', ')}`, advice)
}

const CHECKSUMS = `SELECT current_setting('data_checksums'), checksum_failures
  FROM pg_stat_database WHERE datname = current_database()`

/** What the server itself has noticed of damaged pages. */
export async function checkPages(connection: Connection): Promise<Check> {
  const { rows } = await connection.run({ text: CHECKSUMS })
  const [checksums, failures] = rows[0] ?? []
  if (checksums !== 'on') return ok('pages', 'they have no checksums, so damage shows only when it is read')
  if (!(Number(failures) > 0)) return ok('pages', 'they have checksums, and none was found wrong')
  const advice = 'the disk or memory of the server fails: restore a backup elsewhere'
  return fail('pages', `${Number(failures)} were read whose checksum is wrong`, advice)
}

const COLUMNS = `SELECT quote_ident(relation.relname),
    string_agg(format('hashtext(%I::text)', attribute.attname), ', ' ORDER BY attribute.attnum),
    pg_relation_size(relation.oid) / current_setting('block_size')::bigint, pg_table_size(relation.oid)
  FROM pg_class AS relation JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
  WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relname = ANY ($1::text[])
    AND attribute.attnum > 0 AND NOT attribute.attisdropped
  GROUP BY relation.oid, relation.relname ORDER BY relation.relname`

/** Reads every value of every row, in pieces, so that no read lasts. What can not be read is told by its table. */
export async function checkRows(connection: Connection): Promise<Check> {
  const { rows } = await connection.run({ text: COLUMNS, params: [OWN_TABLES] })
  const sum = { rows: 0, damaged: [] as string[] }
  for (const [name, hashes, blocks, bytes] of rows) {
    const table = { name: String(name), hashes: String(hashes), blocks: Number(blocks), bytes: Number(bytes) }
    try {
      sum.rows += await readAll(connection, table)
    } catch (error) {
      if (!isMillraceError(error, 'Corrupt')) throw error
      sum.damaged.push(`${table.name}: ${error.message}`)
    }
  }
  if (sum.damaged.length === 0)
    return ok('integrity', `every value of ${sum.rows} rows in ${rows.length} tables was read`)
  const advice = 'restore a backup into another database, on another disk; docs/postgres.md'
  return fail('integrity', sum.damaged.slice(0, SHOWN).join('; '), advice)
}

interface WholeTable {
  readonly name: string
  readonly hashes: string
  readonly blocks: number
  readonly bytes: number
}

/** Hashing a value is what makes the server read it, also where it is kept apart from its row. */
async function readAll(connection: Connection, { name, hashes, blocks, bytes }: WholeTable): Promise<number> {
  const step = Math.max(1, Math.floor((PIECE_BYTES * blocks) / Math.max(1, bytes)))
  let count = 0
  for (let from = 0; from < blocks; from += step) {
    const text = `SELECT count(*), count(num_nonnulls(${hashes})) FROM ${name}
      WHERE ctid >= '(${from},0)'::tid AND ctid < '(${from + step},0)'::tid`
    count += Number((await connection.run({ text })).rows[0]?.[0] ?? 0)
  }
  return count
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
