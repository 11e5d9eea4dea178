/** What is not ours, too new or damaged is refused with its reason, and not a byte of it or beside it changes. */
import assert from 'node:assert/strict'
import { openSync, readSync, truncateSync, writeFileSync, writeSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { ErrorCode } from '../../../model/index.ts'
import { addSource, conformanceDefinitions, freshFolder, source } from '../../conformance/index.ts'
import { checkEngine } from './engine-gate.ts'
import { openSqlite, openSqliteReader } from '../index.ts'
import { fingerprint } from '../testing/index.ts'

const definitions = conformanceDefinitions

test('an SQLite without the fix of the WAL-reset bug is refused, a later one is not', () => {
  for (const version of ['3.7.0', '3.50.4', '3.51.2', '2.99.99', '']) {
    assert.throws(() => checkEngine(version), { code: 'EngineTooOld', applied: 'no' }, version)
  }
  for (const version of ['3.51.3', '3.51.10', '3.52.0', '3.53.4', '4.0.0']) checkEngine(version)
  assert.throws(() => checkEngine('3.51.2'), { message: /3\.51\.3 or later, got 3\.51\.2.*Node 24\.16/ })
})

/** Closes what should not have opened, so that a test that fails also ends. */
async function openAndClose(path: string): Promise<void> {
  await using _store = await openSqlite({ path, definitions })
}

interface Refused {
  readonly code: ErrorCode
  readonly message: RegExp
  readonly make: (path: string) => void | Promise<void>
}

const REFUSED: Readonly<Record<string, Refused>> = {
  'a database of another program': {
    code: 'ForeignDatabase',
    message: /made by another program; it was not touched/,
    make: (path) => makeForeign(path, 'DELETE'),
  },
  'a database of another program in WAL mode': {
    code: 'ForeignDatabase',
    message: /made by another program/,
    make: (path) => makeForeign(path, 'WAL'),
  },
  'a text file': {
    code: 'ForeignDatabase',
    message: /is not an SQLite database; it was not touched/,
    make: (path) => writeFileSync(path, 'url,title\n'.repeat(1_000)),
  },
  'a text file of a few bytes': {
    code: 'ForeignDatabase',
    message: /is not an SQLite database/,
    make: (path) => writeFileSync(path, 'hi'),
  },
  'a database cut off in the middle': {
    code: 'Corrupt',
    message: /damaged/,
    make: async (path) => {
      await makeOurs(path)
      truncateSync(path, 20_000)
    },
  },
  'a database cut off within its first page': {
    code: 'Corrupt',
    message: /damaged/,
    make: async (path) => {
      await makeOurs(path)
      truncateSync(path, 700)
    },
  },
  'a database whose schema is overwritten': {
    code: 'Corrupt',
    message: /damaged/,
    make: async (path) => {
      await makeOurs(path)
      overwrite(path, 100, 3_996)
    },
  },
  'a database whose tables are overwritten': {
    code: 'Corrupt',
    message: /damaged/,
    make: async (path) => {
      await makeOurs(path)
      overwrite(path, 4_096, 40_000)
    },
  },
  'a database that a newer Millrace has migrated': {
    code: 'SchemaNewer',
    message: /newer Millrace.*"from the future"\); upgrade/,
    make: async (path) => {
      await makeOurs(path)
      run(path, "INSERT INTO schema_migrations VALUES (99, 'from the future', 'x', 0)")
    },
  },
  'a database made with another text of a migration': {
    code: 'SchemaChanged',
    message: /"first" is not the one this database was made with/,
    make: async (path) => {
      await makeOurs(path)
      run(path, "UPDATE schema_migrations SET sha256 = 'x'")
    },
  },
}

for (const [what, { code, message, make }] of Object.entries(REFUSED)) {
  test(`${what} is refused as ${code}, and neither it nor its folder changes`, async (t) => {
    const folder = freshFolder(t)
    const path = join(folder, 'store.db')
    await make(path)
    const before = fingerprint(folder)
    assert.equal(before.length, 1)
    await assert.rejects(openAndClose(path), { code, message, applied: 'no' })
    assert.deepEqual(fingerprint(folder), before)
  })
}

for (const what of [
  'a database of another program in WAL mode',
  'a text file',
  'a database cut off in the middle',
]) {
  test(`${what} is refused for reading too, and neither it nor its folder changes`, async (t) => {
    const folder = freshFolder(t)
    const path = join(folder, 'store.db')
    const { code, make } = REFUSED[what] ?? assert.fail()
    await make(path)
    const before = fingerprint(folder)
    await assert.rejects(openSqliteReader({ path, definitions }), { name: 'MillraceError', code })
    assert.deepEqual(fingerprint(folder), before)
  })
}

test('a newer database is refused for reading too', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await REFUSED['a database that a newer Millrace has migrated']?.make(path)
  await assert.rejects(openSqliteReader({ path, definitions }), { code: 'SchemaNewer' })
})

test('a folder or a device in the place of the file is refused by name', async (t) => {
  const folder = freshFolder(t)
  for (const path of [folder, '/dev/null']) {
    const refusal = { code: 'CannotCreate', message: new RegExp(`expected a file at ${path}`) }
    await assert.rejects(openAndClose(path), refusal)
    await assert.rejects(openSqliteReader({ path, definitions }), refusal)
  }
})

test('a missing folder is refused by name and not made', async (t) => {
  const folder = freshFolder(t)
  writeFileSync(join(folder, 'file'), 'text')
  for (const name of ['missing', 'file']) {
    const path = join(folder, name, 'store.db')
    const refusal = {
      code: 'CannotCreate',
      message: new RegExp(`expected the folder ${join(folder, name)} to exist`),
    }
    await assert.rejects(openAndClose(path), refusal)
  }
  assert.equal(fingerprint(folder).length, 1)
})

test('a reader does not make a database', async (t) => {
  const folder = freshFolder(t)
  const path = join(folder, 'store.db')
  const refusal = { code: 'NotFound', message: new RegExp(`expected a Millrace database at ${path}`) }
  await assert.rejects(openSqliteReader({ path, definitions }), refusal)
  assert.deepEqual(fingerprint(folder), [])
  writeFileSync(path, '')
  await assert.rejects(openSqliteReader({ path, definitions }), refusal)
})

/** Our own database, closed, so that no connection of this process is harmed by the file operations that follow. */
async function makeOurs(path: string): Promise<void> {
  await using store = await openSqlite({ path, definitions })
  await store.commit({ commands: [addSource(source('a'))] })
}

function makeForeign(path: string, journalMode: string): void {
  run(
    path,
    `PRAGMA journal_mode = ${journalMode}; CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')`,
  )
}

function run(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

function overwrite(path: string, at: number, length: number): void {
  const file = openSync(path, 'r+')
  const first = Buffer.alloc(1)
  readSync(file, first, 0, 1, at)
  writeSync(file, Buffer.alloc(length, ~(first[0] ?? 0) & 0xff), 0, length, at)
  closeSync(file)
}
