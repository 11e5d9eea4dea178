/** The canonical encoding: what goes in comes out, and different rows have different bytes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Field, RowReader, RowWriter } from './encoding.ts'

type Value = string | number | bigint | null | Uint8Array
interface Cell {
  readonly field: Field
  readonly value: Value
}

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant({ field: 'null' as const, value: null }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ field: 'int' as const, value })),
  fc.integer().map((value) => ({ field: 'int' as const, value })),
  fc.double().map((value) => ({ field: 'real' as const, value })),
  fc.string({ unit: 'binary' }).map((value) => ({ field: 'text' as const, value: value.toWellFormed() })),
  fc.uint8Array({ maxLength: 300 }).map((value) => ({ field: 'bytes' as const, value })),
)
const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 8 })

function written(table: readonly (readonly Cell[])[]): Uint8Array {
  const writer = new RowWriter()
  for (const row of table) {
    writer.row(row.length)
    for (const { field, value } of row) {
      if (field === 'null') writer.null()
      else if (field === 'int') writer.int(value as number | bigint)
      else if (field === 'real') writer.real(value as number)
      else if (field === 'text') writer.text(value as string)
      else writer.bytes(value as Uint8Array)
    }
  }
  return writer.take()
}

function readBack(bytes: Uint8Array): readonly (readonly Cell[])[] {
  const reader = new RowReader(bytes)
  const table: Cell[][] = []
  for (let fields = reader.nextRow(); fields > 0; fields = reader.nextRow()) {
    table.push(Array.from({ length: fields }, () => ({ field: reader.nextField(), value: reader.value })))
  }
  return table
}

/** Integers as one type, bytes as text, so that the two can be compared. */
function plain(table: readonly (readonly Cell[])[]): unknown {
  return table.map((row) =>
    row.map(({ field, value }) => {
      if (field === 'int') return [field, BigInt(value as number | bigint)]
      return value instanceof Uint8Array ? [field, Buffer.from(value).toString('hex')] : [field, value]
    }),
  )
}

test('every value comes back as it was, NaN, -0 and the greatest integers among them', () => {
  fc.assert(fc.property(rows, (table) => assert.deepEqual(plain(readBack(written(table))), plain(table))))
})

function told(table: readonly (readonly Cell[])[]): string {
  return JSON.stringify(plain(table), (_, value: unknown) =>
    typeof value === 'bigint' || typeof value === 'number'
      ? `${Object.is(value, -0) ? '-' : ''}${value}`
      : value,
  )
}

test('different rows have different bytes, and equal ones equal bytes', () => {
  fc.assert(
    fc.property(rows, rows, (one, other) => {
      const isSame = Buffer.compare(written(one), written(other)) === 0
      assert.equal(isSame, told(one) === told(other))
    }),
  )
})

test('a number is written as the bigint of it is', () => {
  for (const value of [
    0,
    1,
    -1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ]) {
    const [number, bigint] = [value, BigInt(value)].map((each) => written([[{ field: 'int', value: each }]]))
    assert.deepEqual(number, bigint)
  }
})

test('what is taken is apart from what is written next', () => {
  const writer = new RowWriter()
  writer.row(1)
  writer.bytes(Buffer.alloc(9_000_000, 1))
  const first = writer.take()
  writer.row(1)
  writer.text('next')
  assert.equal(first.at(-1), 1)
  assert.deepEqual(readBack(writer.take()), [[{ field: 'text', value: 'next' }]])
})
