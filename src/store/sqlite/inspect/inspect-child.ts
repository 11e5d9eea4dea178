/** The process that looks into a database file. It sends each check as it is made, and what it learned at the end. */
import { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { isProcessLost, pendingMigrations } from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { fail, failBy, ok, warn, type Check, type RegisteredProcess } from '../../finding.ts'
import { checkLog, checkWriteLock } from './check-log.ts'
import type { InspectAnswer, InspectRequest } from './inspection.ts'

/** Complaints of SQLite that are passed on; a damaged file has thousands. */
const COMPLAINTS_MAX = 5
const RESTORE = 'keep a copy of the file, then restore a backup'

process.once('message', ({ path, isFull }: InspectRequest) => {
  process.send?.(inspect(path, isFull), () => process.disconnect())
})

function inspect(path: string, isFull: boolean): InspectAnswer {
  const learned = { processes: [] as readonly RegisteredProcess[], isReadable: false }
  let db: DatabaseSync | undefined
  try {
    // Before anything is opened: closing the -shm file later would drop the locks of this process.
    report('wal', () => checkLog(path))
    db = open(path)
    const opened = db
    // One snapshot for all checks: what a writer does meanwhile must not look like damage.
    opened.exec('BEGIN')
    learned.isReadable = report('schema', () => schema(opened)) === 'ok'
    report('integrity', () => integrity(opened, isFull))
    if (isFull) report('references', () => references(opened))
    if (has(opened, 'documents_text')) report('search', () => fullText(opened))
    if (has(opened, 'processes')) {
      report('processes', () => {
        learned.processes = registered(opened, path)
        return processes(learned.processes)
      })
    }
    report('lock', () => checkWriteLock(path, learned.processes))
  } catch (error) {
    send(failBy('open', sqliteError(error)))
  } finally {
    db?.close()
  }
  return learned
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  db.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  return db
}

function report(name: string, make: () => Check): Check['status'] {
  const check = checked(name, make)
  send(check)
  return check.status
}

function checked(name: string, make: () => Check): Check {
  try {
    return make()
  } catch (error) {
    return failBy(name, error instanceof MillraceError ? error : sqliteError(error))
  }
}

function send(check: Check): void {
  process.send?.(check)
}

function schema(db: DatabaseSync): Check {
  if (!has(db, 'schema_migrations')) {
    return warn('schema', 'none yet: its making was interrupted', 'run the crawl again; it is made then')
  }
  const pending = pendingMigrations(db)
  const version = Number(db.prepare('SELECT max(id) AS id FROM schema_migrations').get()?.['id'] ?? 0)
  if (pending.length === 0) return ok('schema', `version ${version}, as this Millrace knows it`)
  const names = pending.map((step) => step.name).join(', ')
  return warn(
    'schema',
    `version ${version}; still to come: ${names}`,
    'the next command that opens it upgrades it',
  )
}

/** Also asks every virtual table whether it is sound (SQLite 3.44 and later). */
function integrity(db: DatabaseSync, isFull: boolean): Check {
  const pragma = isFull ? 'integrity_check' : 'quick_check'
  const complaints = texts(db, `PRAGMA ${pragma}(${COMPLAINTS_MAX})`)
  if (complaints.length === 1 && complaints[0] === 'ok') return ok('integrity', `${pragma} finds nothing`)
  return fail('integrity', complaints.join('; '), RESTORE)
}

function references(db: DatabaseSync): Check {
  const broken = db.prepare('PRAGMA foreign_key_check').all()
  if (broken.length === 0) return ok('references', 'every row that is referred to is there')
  return fail('references', `${broken.length} rows refer to rows that are gone`, RESTORE)
}

/** The full-text index has only the newest version of each URL, so it is asked about itself and not against documents. */
function fullText(db: DatabaseSync): Check {
  const complaints = texts(db, "PRAGMA integrity_check('documents_text')")
  if (complaints.length === 1 && complaints[0] === 'ok') return ok('search', 'the full-text index is whole')
  return fail('search', complaints.slice(0, COMPLAINTS_MAX).join('; '), RESTORE)
}

function registered(db: DatabaseSync, path: string): readonly RegisteredProcess[] {
  const rows = db
    .prepare('SELECT id, pid, host, command, started_at FROM processes ORDER BY started_at, id')
    .all()
  return rows.map((row) => ({
    id: String(row['id']),
    pid: Number(row['pid']),
    host: String(row['host']),
    command: String(row['command']),
    startedAt: Number(row['started_at']),
    isAlive: !isProcessLost(path, String(row['id'])),
  }))
}

function processes(all: readonly RegisteredProcess[]): Check {
  const alive = all.filter((one) => one.isAlive)
  const lost = all.filter((one) => !one.isAlive)
  const atWork = alive.length === 0 ? 'none at work' : `at work: ${list(alive)}`
  if (lost.length === 0) return ok('processes', atWork)
  const advice = 'nothing is lost: the next crawl gives back what they had in hand'
  return warn('processes', `${atWork}; ended without closing: ${list(lost)}`, advice)
}

function list(some: readonly RegisteredProcess[]): string {
  return some.map((one) => `${one.pid} (${one.command})`).join(', ')
}

function has(db: DatabaseSync, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined
}

function texts(db: DatabaseSync, pragma: string): readonly string[] {
  return db
    .prepare(pragma)
    .all()
    .map((row) => String(Object.values(row)[0]))
}
