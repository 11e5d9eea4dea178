/** A write connection whose disk failed: nothing is written by it any more, not even when it is closed. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { MillraceError } from '../../../model/index.ts'
import { freshFolder } from '../../conformance/index.ts'
import { fingerprint } from '../testing/index.ts'
import { FailStop } from './fail-stop.ts'

/** A connection with one row in its log. */
function openLogged(t: TestContext) {
  const folder = freshFolder(t)
  const path = join(folder, 'a.db')
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE a (x); INSERT INTO a VALUES (1)')
  const main = () => fingerprint(folder).filter((line) => line.startsWith('a.db '))
  return { path, db, stop: new FailStop(db, path), main }
}

test('a connection that is given up is closed without the checkpoint of the last one, and its log is kept', (t) => {
  const { path, stop, main } = openLogged(t)
  const before = main()
  assert.equal(stop.note(new MillraceError('InputOutput', 'no')), true)
  stop.close()
  assert.deepEqual(main(), before)
  const again = new DatabaseSync(path)
  assert.deepEqual({ ...again.prepare('SELECT x FROM a').get() }, { x: 1 })
  again.close()
  assert.notDeepEqual(main(), before, 'the next one that closes does make it')
})

test('everything after it is refused by its cause, as not applied', (t) => {
  const { stop } = openLogged(t)
  stop.check()
  stop.note(new MillraceError('InputOutput', 'the first', { applied: 'unknown', facts: { sqlite: 1_034 } }))
  stop.note(new MillraceError('InputOutput', 'the second'))
  const refusal = { code: 'InputOutput', applied: 'no', facts: { sqlite: 1_034 }, message: /the first$/ }
  assert.throws(() => stop.check(), refusal)
  stop.close()
})

test('another error leaves the connection as it is', (t) => {
  const { db, stop } = openLogged(t)
  assert.equal(stop.note(new MillraceError('DiskFull', 'no')), false)
  stop.check()
  db.exec('INSERT INTO a VALUES (2)')
  stop.close()
  assert.equal(db.isOpen, false)
})
