import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insert, insertNew, sqlName, table, upsert } from './declare.ts'

const notes = table({
  name: 'notes',
  noun: 'note',
  key: 'urlKey',
  columns: { urlKey: 'text', madeAt: 'time' },
})

test('names of code and of SQL correspond by one rule', () => {
  assert.equal(sqlName('urlKeyVersion'), 'url_key_version')
  assert.equal(sqlName('id'), 'id')
})

test('plain writes are generated from the table and named after it', () => {
  const columns = 'INSERT INTO notes (url_key, made_at, position) VALUES (:urlKey, :madeAt, :position)'
  const made = [insert(notes), insertNew(notes), upsert(notes)].map(({ definition }) => definition)
  assert.deepEqual(
    made.map(({ name, statements }) => [name, statements[0]?.sql]),
    [
      ['notes.insert', columns],
      ['notes.insertNew', `${columns} ON CONFLICT DO NOTHING`],
      [
        'notes.upsert',
        `${columns} ON CONFLICT (url_key) DO UPDATE SET made_at = excluded.made_at, position = excluded.position`,
      ],
    ],
  )
  const changes = { noun: 'note', op: 'put', id: 'urlKey' }
  for (const { statements } of made) assert.deepEqual(statements[0]?.changes, changes)
})

test('a command is plain data that names its declaration and its rows', () => {
  const row = { urlKey: 'a', madeAt: 1 }
  assert.deepEqual(insert(notes)(row), { name: 'notes.insert', rows: [row] })
  assert.deepEqual(insert(notes).all([row, row]), { name: 'notes.insert', rows: [row, row] })
})
