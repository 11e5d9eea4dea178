import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BIND_NOW, BIND_POSITION, catalogOf, encodeQuery, encodeUnit, findKind } from './catalog.ts'
import { command, guard, insert, query, table } from './declare.ts'

const notes = table({ name: 'notes', noun: 'note', key: 'id', columns: { id: 'text', madeAt: 'time' } })
const addNote = insert(notes)
const stamp = command({
  name: 'notes.stamp',
  params: { id: 'text' },
  statements: [
    { sql: 'SELECT 1' },
    {
      sql: 'UPDATE notes SET made_at = :now, position = :position WHERE id = :id OR id = :id RETURNING id',
      changes: { noun: 'note', op: 'put', id: 'returning' },
      gives: true,
    },
  ],
})
const isThere = guard({
  name: 'notes.isThere',
  params: { id: 'text' },
  otherwise: 'no such note',
  sql: 'SELECT 1 FROM notes WHERE id = :id',
})
const newest = query({
  name: 'notes.newest',
  params: { after: 'time', limit: 'int' },
  gives: { id: 'text' },
  sql: 'SELECT id FROM notes WHERE made_at > :after LIMIT :limit',
})
const catalog = catalogOf([addNote, stamp, isThere, newest].map((made) => made.definition))

test('parameters become positional, and the engine supplies position and now', () => {
  const { statements } = catalog.compiled[0] ?? assert.fail()
  assert.equal(statements[0]?.sql, 'INSERT INTO notes (id, made_at, position) VALUES (?, ?, ?)')
  assert.deepEqual(statements[0]?.binds, [0, 1, BIND_POSITION])
  assert.deepEqual([statements[0]?.noun, statements[0]?.op, statements[0]?.idFrom], ['note', 'put', 0])
  assert.deepEqual(catalog.compiled[1]?.statements[1]?.binds, [BIND_NOW, BIND_POSITION, 0, 0])
  assert.equal(catalog.compiled[1]?.statements[1]?.idFrom, -1)
  assert.equal(catalog.compiled[1]?.statements[0]?.noun, null)
})

test('a colon within a text literal is no parameter', () => {
  const sql = `UPDATE notes SET id = 'it''s :id', made_at = :at WHERE id = ':now'`
  const [made] = catalogOf([
    command({ name: 'x', params: { at: 'time' }, statements: [{ sql }] }).definition,
  ]).compiled
  assert.equal(made?.statements[0]?.sql, sql.replace(':at', '?'))
  assert.deepEqual(made?.statements[0]?.binds, [0])
})

test('a unit is one flat list of key, guards and commands, with its rows and bytes counted', () => {
  const encoded = encodeUnit(catalog, {
    key: 'k\0',
    guards: [isThere({ id: 'a' })],
    commands: [
      addNote.all([
        { id: 'a', madeAt: 1 },
        { id: 'b', madeAt: 2 },
      ]),
      stamp({ id: 'c' }),
    ],
  })
  assert.deepEqual(encoded.tape, ['k\u001a0', 1, 2, 'a', 2, 0, 2, 'a', 1, 'b', 2, 1, 1, 'c'])
  assert.equal(encoded.rows, 3)
  // Texts: k, SUB, 0 and four of one unit; numbers: the other nine.
  assert.equal(encoded.bytes, 2 * (3 + 4) + 8 * 9)
  assert.equal(encoded.isPowerSafe, true)
})

test('a unit without key, guards or commands is a unit too, and only crash-safe is not power-safe', () => {
  const encoded = encodeUnit(catalog, { commands: [], durability: 'crash-safe' })
  assert.deepEqual(encoded, { tape: [null, 0, 0], rows: 0, bytes: 24, isPowerSafe: false })
  assert.equal(encodeUnit(catalog, { commands: [], durability: 'power-safe' }).isPowerSafe, true)
})

test('data is taken by name in the order of the declaration, and a missing one is refused', () => {
  assert.deepEqual(encodeQuery(newest.definition, { limit: 5, after: 1 }), [1, 5])
  assert.throws(() => encodeQuery(newest.definition, { after: 1 }), {
    code: 'BadValue',
    message: 'notes.newest limit: expected int, got undefined',
  })
})

test('a name is found only as what it was declared to be', () => {
  assert.equal(findKind(catalog, 'guard', 'notes.isThere').index, 2)
  assert.throws(() => findKind(catalog, 'command', 'notes.isThere'), {
    code: 'UnknownCommand',
    message: 'expected a command, but notes.isThere is a guard',
  })
  assert.throws(() => catalog.find('notes.burn'), { code: 'UnknownCommand', message: /"notes.burn"/ })
})

test('a name declared twice, or SQL with an undeclared parameter, is our own fault', () => {
  assert.throws(() => catalogOf([addNote.definition, addNote.definition]), { code: 'Fault' })
  const wrong = command({
    name: 'wrong',
    params: {},
    statements: [{ sql: 'DELETE FROM notes WHERE id = :id' }],
  })
  assert.throws(() => catalogOf([wrong.definition]), { code: 'Fault', message: /wrong: SQL names :id/ })
  const changes = { noun: 'note', op: 'put', id: 'id' } as const
  const noId = command({ name: 'noId', params: {}, statements: [{ sql: 'DELETE FROM notes', changes }] })
  assert.throws(() => catalogOf([noId.definition]), { code: 'Fault' })
})
