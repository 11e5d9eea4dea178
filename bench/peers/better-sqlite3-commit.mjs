/**
 * better-sqlite3's side of the commit benchmark: rows of --bytes N in WAL mode, by --mode
 * autocommit-full (fsync each row), autocommit-normal (no fsync at commit) or transaction (one for all rows).
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'

import Database from 'better-sqlite3'

const { values } = parseArgs({
  options: {
    mode: { type: 'string' },
    bytes: { type: 'string' },
    units: { type: 'string' },
    callers: { type: 'string' },
    db: { type: 'string' },
  },
})
const units = Number(values.units)
const body = randomBytes(Number(values.bytes))

const database = new Database(values.db)
database.pragma('journal_mode = WAL')
database.pragma(`synchronous = ${values.mode === 'autocommit-normal' ? 'NORMAL' : 'FULL'}`)
// With a rowid: rows of this size make a WITHOUT ROWID table three times slower, which would flatter the other sides.
database.exec('create table pages (id text primary key, body blob not null) strict')
const insert = database.prepare('insert into pages (id, body) values (?, ?)')

// Ids that grow, as UUIDv7 do: random ones would charge the peer for a B-tree's worst case.
const writeAll = () => {
  for (let unit = 0; unit < units; unit++) insert.run(`page-${String(unit).padStart(31, '0')}`, body)
}

const startedAt = performance.now()
if (values.mode === 'transaction') database.transaction(writeAll)()
else writeAll()
const seconds = (performance.now() - startedAt) / 1_000

const sqlite = database.prepare('select sqlite_version()').pluck().get()
database.close()
process.stdout.write(`${JSON.stringify({ unitsPerSecond: units / seconds, sqlite })}\n`)
