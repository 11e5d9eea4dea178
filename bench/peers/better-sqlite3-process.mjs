/** One of better-sqlite3's processes in the processes benchmark: rows one by one for --seconds, once told to go. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { parseArgs } from 'node:util'

import Database from 'better-sqlite3'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string' },
    callers: { type: 'string' },
    seconds: { type: 'string' },
    db: { type: 'string' },
  },
})
const BUSY_TIMEOUT_MS = 60_000
const body = randomBytes(Number(values.bytes))

const database = new Database(values.db, { timeout: BUSY_TIMEOUT_MS })
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.exec('create table if not exists pages (id text primary key, body blob not null) strict')
const insert = database.prepare('insert into pages (id, body) values (?, ?)')
process.stdout.write('ready\n')
await once(process.stdin, 'data')

const state = { written: 0, longestMs: 0, busy: 0 }
const until = performance.now() + Number(values.seconds) * 1_000
for (let now = performance.now(); now < until;) {
  try {
    insert.run(`${process.pid}-${String(state.written).padStart(24, '0')}`, body)
    state.written++
  } catch (error) {
    if (error.code !== 'SQLITE_BUSY') throw error
    state.busy++
  }
  const ended = performance.now()
  state.longestMs = Math.max(state.longestMs, ended - now)
  now = ended
}
database.close()
process.stdout.write(`${JSON.stringify(state)}\n`)
process.stdin.destroy()
