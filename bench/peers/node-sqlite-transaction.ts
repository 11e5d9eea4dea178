/**
 * The ceiling of the commit benchmark: the statements of a real unit (guard, row, change) on node:sqlite, all in one
 * transaction on one thread. What Millrace loses against this is the price of acknowledging each unit.
 */
import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'

import { newId } from '../../src/model/index.ts'

const SCHEMA = `
  create table jobs (id text primary key, epoch integer not null) strict, without rowid;
  create table pages (id text primary key, position integer not null, body blob not null) strict;
  create table changes (position integer not null, noun text not null, id text not null, op text not null) strict;
`

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '1000' },
    units: { type: 'string', default: '100000' },
    callers: { type: 'string' },
    db: { type: 'string', default: ':memory:' },
  },
})
const units = Number(values.units)
const body = randomBytes(Number(values.bytes))
const jobId = newId(Date.now())

const database = new DatabaseSync(values.db)
database.exec('pragma journal_mode = WAL; pragma synchronous = FULL')
database.exec(SCHEMA)
database.prepare('insert into jobs (id, epoch) values (?, 7)').run(jobId)
const guard = database.prepare('select 1 from jobs where id = ? and epoch = 7')
const insertPage = database.prepare('insert into pages (id, position, body) values (?, ?, ?)')
const insertChange = database.prepare('insert into changes (position, noun, id, op) values (?, ?, ?, ?)')

const startedAt = performance.now()
database.exec('begin immediate')
for (let position = 1; position <= units; position++) {
  if (guard.get(jobId) === undefined) throw new Error('the guard must hold')
  const id = newId(Date.now())
  insertPage.run(id, position, body)
  insertChange.run(position, 'page', id, 'insert')
}
database.exec('commit')
const seconds = (performance.now() - startedAt) / 1_000

database.close()
process.stdout.write(
  `${JSON.stringify({ unitsPerSecond: units / seconds, sqlite: process.versions['sqlite'] })}\n`,
)
