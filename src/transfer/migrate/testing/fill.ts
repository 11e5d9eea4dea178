/** A file with rows in every table, of values as scraped pages have them; the same for the same seed. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { openSqlite } from '../../../store/sqlite/index.ts'
import { seededRandom, type Random } from '../../../../test/site/index.ts'

/** How much. */
export interface Filling {
  /** Rows a table, about. */
  readonly rows: number
  readonly seed: number
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'changes.op': ['put', 'delete'],
  'jobs.state': ['scheduled', 'available', 'retryable', 'completed', 'dead'],
  'runs.state': ['completed', 'failed', 'cancelled'],
  'pages.change': ['new', 'changed', 'unchanged', 'missed', 'gone'],
  'run_tallies.figure': ['latency', 'failed', 'wait'],
  'wordpress_proofs.state': ['open', 'proven', 'short', 'unproven'],
}
const REFERENCES: Readonly<Record<string, string>> = {
  'runs.source': 'SELECT id FROM sources',
  'document_fingerprints.document': 'SELECT number FROM documents',
}
/** What breaks other moves: escapes, a replacement character that is one, marks, pairs, nothing at all. */
const PIECES = [
  'a',
  'é',
  '\ufffd',
  '\u001a0',
  '𝒳',
  '\u0301',
  '"',
  '\\',
  '\t',
  '',
  'zürich',
  "O'Reilly",
  '\ufeff',
  '漢字',
]
const TABLES = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
  AND name NOT IN ('schema_migrations', 'counters', 'processes', 'moves', 'moves_put_back')
  ORDER BY name IN ('runs', 'document_fingerprints'), name`

/** Makes the file, or adds to it; returns how many rows it then has in tables that are moved. */
export async function fillFile(path: string, { rows, seed }: Filling): Promise<number> {
  await (await openSqlite({ path, definitions: [] })).close()
  using db = new DatabaseSync(path)
  const random = seededRandom(seed)
  db.exec('BEGIN')
  const before = positionOf(db)
  for (const table of db.prepare(TABLES).all())
    fillTable(db, String(table['name']), { rows, random, seed, before })
  db.exec(`UPDATE counters SET value = ${before + rows} WHERE name = 'position';
    DELETE FROM indexed;
    INSERT INTO indexed SELECT url_key, max(number) FROM documents GROUP BY url_key;
    INSERT INTO documents_text (documents_text) VALUES ('delete-all');
    INSERT INTO documents_text (rowid, title, text) SELECT number, title, text FROM documents
      WHERE number IN (SELECT number FROM indexed) ORDER BY number;
    COMMIT`)
  return rowsOf(db)
}

/** How many rows the tables have that are moved. */
export function rowsOf(db: DatabaseSync): number {
  const counts = db
    .prepare(TABLES)
    .all()
    .map((table) => Number(db.prepare(`SELECT count(*) AS n FROM ${String(table['name'])}`).get()?.['n']))
  return counts.reduce((sum, count) => sum + count, 2)
}

function positionOf(db: DatabaseSync): number {
  return Number(db.prepare("SELECT value FROM counters WHERE name = 'position'").get()?.['value'])
}

function fillTable(
  db: DatabaseSync,
  table: string,
  { rows, random, seed, before }: Filling & { readonly random: Random; readonly before: number },
): void {
  const columns = db.prepare(`PRAGMA table_info(${table})`).all()
  const places = columns.map(() => '?').join(', ')
  const insert = db.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${places})`)
  const picks = new Map(
    Object.entries(REFERENCES).map(([name, sql]) => [name, db.prepare(sql).all().flatMap(Object.values)]),
  )
  for (let index = 0; index < rows; index++) {
    const values = columns.map((column): SQLInputValue => {
      const name = `${table}.${String(column['name'])}`
      // Nothing is changed at a position that is still to come.
      if (name === 'changes.position') return before + 1 + random.below(rows)
      const choice = CHOICES[name] ?? picks.get(name)
      if (choice !== undefined && choice.length > 0) return random.pick(choice) as SQLInputValue
      if (column['notnull'] === 0 && column['pk'] === 0 && random.chance(0.3)) return null
      const tag = `${seed}-${index}`
      return valueOf(String(column['type']), { random, tag, isKey: column['pk'] !== 0 })
    })
    insert.run(...values)
  }
}

interface Cell {
  readonly random: Random
  readonly tag: string
  readonly isKey: boolean
}

function valueOf(type: string, { random, tag, isKey }: Cell): SQLInputValue {
  if (type === 'BLOB') return Uint8Array.from({ length: random.below(400) }, () => random.below(256))
  if (type === 'TEXT') {
    const pieces = Array.from({ length: random.below(12) }, () => random.pick(PIECES))
    return `${pieces.join('')}${tag}`
  }
  if (!isKey && random.chance(0.05)) return 2n ** 62n + BigInt(random.below(1_000_000_000))
  return random.below(2 ** 31) * (random.chance(0.1) ? -1 : 1)
}
