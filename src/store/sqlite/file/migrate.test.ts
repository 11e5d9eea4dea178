import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sha256 } from '../../../model/index.ts'
import { conformanceDefinitions, freshFolder } from '../../conformance/index.ts'
import { APPLICATION_ID } from './engine-gate.ts'
import { openSqliteReader } from '../index.ts'
import { isSchemaOld, migrate, pendingMigrations, type Migration } from './migrate.ts'
import { migrations } from '../migrations/index.ts'

const first: Migration = { id: 1, name: 'first', sql: 'CREATE TABLE a (x)' }
const second: Migration = { id: 2, name: 'second', sql: 'CREATE TABLE b (x); CREATE TABLE c (x)' }
const broken: Migration = { id: 3, name: 'broken', sql: 'CREATE TABLE d (x); CREATE TABLE a (x)' }

function tablesOf(db: DatabaseSync): readonly unknown[] {
  return db
    .prepare('SELECT name FROM sqlite_schema WHERE length(name) = 1 ORDER BY name')
    .all()
    .map((row) => row['name'])
}

test('each step is applied once, in order, and remembered with its digest and time', () => {
  const db = new DatabaseSync(':memory:')
  assert.equal(migrate(db, 5, [first]), 1)
  assert.equal(migrate(db, 6, [first, second]), 1)
  assert.equal(migrate(db, 7, [first, second]), 0)
  assert.deepEqual(tablesOf(db), ['a', 'b', 'c'])
  assert.deepEqual(
    db
      .prepare('SELECT id, name, sha256, applied_at FROM schema_migrations')
      .all()
      .map((row) => Object.values(row)),
    [
      [1, 'first', sha256(first.sql), 5],
      [2, 'second', sha256(second.sql), 6],
    ],
  )
})

test('there is no way back: a step this Millrace does not know is refused', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db, 0, [first, second])
  assert.throws(() => migrate(db, 0, [first]), { code: 'SchemaNewer', applied: 'no' })
  assert.equal(db.isTransaction, false)
})

test('a step whose text was changed is refused', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db, 0, [first])
  assert.throws(() => migrate(db, 0, [{ ...first, sql: `${first.sql} ` }, second]), { code: 'SchemaChanged' })
  assert.deepEqual(tablesOf(db), ['a'])
})

test('a step that fails takes back the steps before it, and leaves nothing open', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db, 0, [first])
  assert.throws(() => migrate(db, 0, [first, second, broken]), /already exists/)
  assert.equal(db.isTransaction, false)
  assert.deepEqual(tablesOf(db), ['a'])
  assert.deepEqual(pendingMigrations(db, [first, second]), [second])
})

test('the released steps are numbered without a gap', () => {
  assert.deepEqual(
    migrations.map((step) => step.id),
    migrations.map((_, index) => index + 1),
  )
})

test('a database without any schema is old, and a reader brings it up to date first', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  db.close()
  assert.equal(isSchemaOld(path), true)
  await using reader = await openSqliteReader({ path, definitions: conformanceDefinitions })
  assert.equal(await reader.position(), 0)
  assert.equal(isSchemaOld(path), false)
})
