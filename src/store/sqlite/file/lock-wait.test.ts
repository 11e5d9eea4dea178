import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { freshFolder } from '../../conformance/index.ts'
import { execWhenFree, transactWhenFree } from './lock-wait.ts'
import { holdWriteLock, startChild } from '../testing/index.ts'

test('waiting for the lock ends with Busy, which can be tried again and was not applied', (t) => {
  const path = join(freshFolder(t), 'store.db')
  const db = new DatabaseSync(path, { timeout: 0 })
  const lock = holdWriteLock(path)
  const busy = { code: 'Busy', retryable: true, applied: 'no', facts: { waitMs: 5, holder: null } }
  assert.throws(() => execWhenFree(db, 'BEGIN IMMEDIATE', 5), busy)
  lock.release()
  execWhenFree(db, 'BEGIN IMMEDIATE', 5)
  assert.equal(db.isTransaction, true)
  db.close()
})

test('what is wrong with the statement itself is not waited for', () => {
  const db = new DatabaseSync(':memory:')
  assert.throws(() => execWhenFree(db, 'nonsense', 600_000), { errcode: 1 })
})

test('a transaction is committed when its work is done, and taken back when it throws', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE a (x)')
  const count = () => db.prepare('SELECT count(*) AS n FROM a').get()?.['n']
  assert.equal(
    transactWhenFree(db, 5, () => db.exec('INSERT INTO a VALUES (1)') ?? 'done'),
    'done',
  )
  assert.deepEqual([count(), db.isTransaction], [1, false])
  const failing = () => {
    db.exec('INSERT INTO a VALUES (2)')
    throw new Error('half way')
  }
  assert.throws(() => transactWhenFree(db, 5, failing), /half way/)
  assert.deepEqual([count(), db.isTransaction], [1, false])
})

test('where reading keeps a commit out, as in a file without a log yet, the commit waits or is taken back', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  using db = new DatabaseSync(path, { timeout: 0 })
  db.exec('CREATE TABLE sources (x)')
  const insert = () => db.exec('INSERT INTO sources VALUES (1)')
  const reader = startChild(t, 'child-read', [path, '150'])
  await reader.line('reading')
  assert.throws(() => transactWhenFree(db, 5, insert), { code: 'Busy', applied: 'no' })
  assert.equal(db.isTransaction, false)
  reader.goOn()
  transactWhenFree(db, 30_000, insert)
  assert.equal(db.prepare('SELECT count(*) AS n FROM sources').get()?.['n'], 1)
  assert.equal(await reader.ended, 0)
})
