/** Values that would not survive are found by what they are, and for the side that can not hold them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RowWriter, type TableShape } from '../../../store/index.ts'
import { TrapFinder } from './traps.ts'

const shape: TableShape = {
  name: 'things',
  columns: [
    { name: 'id', type: 'text', isNullable: false },
    { name: 'number', type: 'int', isNullable: true },
    { name: 'share', type: 'real', isNullable: true },
  ],
  key: ['id'],
  indexed: [['id']],
}

/** What is found of rows that `write` makes; each begins with its id. */
function trapsOf(target: 'sqlite' | 'postgres', ...rows: readonly ((writer: RowWriter) => void)[]) {
  const writer = new RowWriter()
  for (const write of rows) {
    writer.row(3)
    write(writer)
  }
  const finder = new TrapFinder(target)
  finder.look(shape, { bytes: writer.take() })
  const { listed, count, bigIntegers } = finder.found
  return {
    told: listed.map(({ key, column, why }) => [key[0]?.slice(0, 9), column, why]),
    count,
    bigIntegers,
  }
}

function real(id: string, value: number) {
  return (writer: RowWriter) => {
    writer.text(id)
    writer.null()
    writer.real(value)
  }
}

function textAsNumber(writer: RowWriter): void {
  writer.text('one')
  writer.text('1')
  writer.null()
}

function bigInteger(writer: RowWriter): void {
  writer.text('two')
  writer.int(2n ** 53n)
  writer.null()
}

test('NaN and -0 do not survive in SQLite, and all reals do in Postgres', () => {
  const rows = [real('a', 1), real('b', Number.NaN), real('c', -0), real('d', Infinity), real('e', 0)]
  assert.deepEqual(trapsOf('postgres', ...rows).told, [])
  assert.deepEqual(trapsOf('sqlite', ...rows).told, [
    ['b', 'share', 'NaN, which SQLite makes NULL'],
    ['c', 'share', '-0, which SQLite makes 0'],
  ])
})

test('text in a column of numbers is found, and an integer beyond 2^53 is only counted', () => {
  assert.deepEqual(trapsOf('sqlite', textAsNumber, bigInteger), {
    told: [['one', 'number', 'text in a column of type int']],
    count: 1,
    bigIntegers: 1,
  })
})

test('what is too long for an index is found for Postgres, row by row', () => {
  const rows = ['x'.repeat(2_600), 'long '.padEnd(2_601, 'y'), 'z'].map((id) => real(id, 1))
  assert.deepEqual(trapsOf('sqlite', ...rows).count, 0)
  assert.deepEqual(trapsOf('postgres', ...rows).told, [['long yyyy', 'id', 'over 2600 bytes in an index']])
})

test('twenty are told by name, and all are counted', () => {
  const rows = Array.from({ length: 30 }, (_, index) => real(String(index), Number.NaN))
  const { told, count } = trapsOf('sqlite', ...rows)
  assert.deepEqual([told.length, count], [20, 30])
})
