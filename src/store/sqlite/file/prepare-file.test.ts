import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { freshFolder } from '../../conformance/index.ts'
import { APPLICATION_ID } from './engine-gate.ts'
import { prepareFile } from './prepare-file.ts'

test('a file gets our mark and the write-ahead log', (t) => {
  using db = new DatabaseSync(join(freshFolder(t), 'a.db'))
  prepareFile(db, { waitMsMax: 1_000, logBytesMax: 1_000_000 })
  assert.equal(db.prepare('PRAGMA application_id').get()?.['application_id'], APPLICATION_ID)
  assert.equal(db.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
})

test('where SQLite can have no shared memory, the file is refused and not written without a log', (t) => {
  const url = pathToFileURL(join(freshFolder(t), 'a.db'))
  // SQLite's locks by lock files: what it uses where the file system has no better ones, and without shared memory.
  url.searchParams.set('vfs', 'unix-dotfile')
  using db = new DatabaseSync(url)
  assert.throws(() => prepareFile(db, { waitMsMax: 1_000, logBytesMax: 1_000_000 }), {
    code: 'NoSharedMemory',
    applied: 'no',
    message: /"delete"/,
  })
})
