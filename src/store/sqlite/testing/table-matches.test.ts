import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sources } from '../../conformance/index.ts'
import type { Shape } from '../../codec.ts'
import { table, type Table } from '../../declare.ts'
import { assertTableMatches } from './table-matches.ts'

test('a table that is declared as the schema has it matches', () => {
  assertTableMatches(sources)
})

test('a column that the database fills in may be left out', () => {
  const { columns } = sources
  const body = { sha256: 'text', bytes: 'int', compression: 'text', body: 'bytes' } as const
  assertTableMatches(table({ name: 'raw_bodies', noun: 'rawBody', key: 'sha256', columns: body }))
  assert.throws(() => assertTableMatches(table({ ...sources, name: 'raw_bodies', columns })))
})

test('a column too much, too few, of another type or another nullability does not match', () => {
  const { createdAt, ...without } = sources.columns
  const wrong = [
    without,
    { ...sources.columns, more: 'text' },
    { ...without, createdAt: 'text' },
    { ...without, createdAt: 'time?' },
    { ...without, createdAT: createdAt },
  ] as const
  for (const columns of wrong as readonly Shape[]) {
    const declared: Table = { name: 'sources', noun: 'source', key: 'id', columns }
    assert.throws(() => assertTableMatches(declared), /table sources/)
  }
})

test('a key that is not unique does not match', () => {
  assert.throws(() => assertTableMatches(table({ ...sources, key: 'kind' })), /sources.kind is not unique/)
})
