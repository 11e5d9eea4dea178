/** A copy from its empty file to one that can be trusted. Runs in the process that handles files. */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { APPLICATION_ID, openForReading, pendingMigrations } from '../file/index.ts'
import type { SealedCopy } from './child-work.ts'

const ALL_PAGES = 2 ** 31 - 1
const COMPLAINTS_MAX = 5
const READ_BYTES = 1024 * 1024

/** Makes the file to copy into, and removes what a killed copy left there. */
export function createPart(file: string): string {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  closeSync(openSync(file, 'wx', 0o600))
  return String(statSync(file, { bigint: true }).ino)
}

/** One step is one snapshot: it ends whatever others write, and keeps the log from being emptied until then. */
export async function copyInOneStep({ from, file }: { from: string; file: string }): Promise<void> {
  using db = openForReading(from)
  await backup(db, file, { rate: ALL_PAGES })
}

/** fsync. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** @throws MillraceError BadInput when it is no database of ours, Corrupt, SchemaNewer, SchemaChanged */
export function seal(file: string): SealedCopy {
  const facts = check(file)
  syncFile(file)
  const bytes = statSync(file).size
  if (bytes !== facts.filePages * facts.pageBytes) throw damaged(`its size is ${bytes} bytes`)
  return { position: facts.position, filePages: facts.filePages, bytes, sha256: digest(file) }
}

function check(file: string) {
  using db = new DatabaseSync(file, { timeout: 1_000 })
  db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  if (number(db, 'PRAGMA application_id') !== APPLICATION_ID) throw notOurs(file)
  // Without a log, so that the one file is all there is.
  db.exec('PRAGMA journal_mode = DELETE')
  if (pendingMigrations(db).some(({ id }) => id === 1)) throw notOurs(file)
  const complaints = db.prepare(`PRAGMA integrity_check(${COMPLAINTS_MAX})`).all()
  const texts = complaints.map((row) => String(Object.values(row)[0]))
  if (texts.length !== 1 || texts[0] !== 'ok') throw damaged(texts.join('; '))
  const position = number(db, "SELECT value FROM counters WHERE name = 'position'")
  const latest = number(db, 'SELECT ifnull(max(position), 0) FROM changes')
  if (latest > position) throw damaged(`it has changes up to position ${latest}, but says ${position}`)
  return {
    position,
    filePages: number(db, 'PRAGMA page_count'),
    pageBytes: number(db, 'PRAGMA page_size'),
  }
}

function number(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0])
}

function digest(file: string): string {
  const sum = createHash('sha256')
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  const descriptor = openSync(file, 'r')
  try {
    for (;;) {
      const read = readSync(descriptor, buffer)
      if (read === 0) return sum.digest('hex')
      sum.update(buffer.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
}

function damaged(why: string): MillraceError {
  const message = `the copy is not sound: ${why}; look at its source with \`millrace doctor --full\``
  return new MillraceError('Corrupt', message)
}

function notOurs(file: string): MillraceError {
  return new MillraceError('ForeignDatabase', `expected a copy of a Millrace database in ${file}, found none`)
}
