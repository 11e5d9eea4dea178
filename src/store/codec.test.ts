import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Json } from '../model/index.ts'
import { decode, decodeRow, encode, storedBytes, type Codec } from './codec.ts'

const anyJson = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  int: fc.maxSafeInteger(),
  time: fc.integer(),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  bool: fc.boolean(),
  json: anyJson,
  bytes: fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
}

for (const [codec, value] of Object.entries(values)) {
  test(`any value of ${codec} comes back as it was`, () => {
    fc.assert(
      fc.property(value, (made) => {
        assert.deepEqual(decode(codec as Codec, encode(codec as Codec, made, 'x')), made)
      }),
    )
  })

  test(`${codec}? also takes null, and ${codec}? of a value is ${codec} of it`, () => {
    const nullable = `${codec}?` as Codec
    assert.equal(encode(nullable, null, 'x'), null)
    assert.equal(decode(nullable, null), null)
    fc.assert(
      fc.property(value, (made) => {
        if (made === null) return
        assert.deepEqual(encode(nullable, made, 'x'), encode(codec as Codec, made, 'x'))
        assert.deepEqual(decode(nullable, encode(nullable, made, 'x')), made)
      }),
    )
  })
}

test('the stored forms are portable: text without NUL, canonical JSON, 0 and 1, no minus zero', () => {
  assert.equal(encode('text', 'a\0', 'x'), 'a\u001a0')
  assert.equal(encode('json', { b: [1, '\0'], a: null }, 'x'), String.raw`{"a":null,"b":[1,"\u0000"]}`)
  assert.equal(encode('json', null, 'x'), 'null')
  assert.deepEqual([encode('bool', true, 'x'), encode('bool', false, 'x')], [1, 0])
  assert.ok(Object.is(encode('real', -0, 'x'), 0))
  assert.ok(Object.is(encode('int', -0, 'x'), 0))
})

test('bytes are copied, and a part of a buffer is that part alone', () => {
  const whole = Uint8Array.of(1, 2, 3, 4)
  const stored = encode('bytes', whole.subarray(1, 3), 'x') as Uint8Array
  whole.fill(9)
  assert.deepEqual([...stored], [2, 3])
  assert.equal(stored.buffer.byteLength, 2)
})

test('what is not of the declared type is refused', () => {
  const refused: Readonly<Record<string, readonly unknown[]>> = {
    text: [1, undefined, null, ['a'], new String('a')],
    int: [1.5, 2 ** 53, -(2 ** 53), Number.NaN, '1', 1n, null],
    time: [new Date(), 0.5, '2026', null],
    real: [Number.NaN, Number.POSITIVE_INFINITY, '1.5', null],
    bool: [0, 1, 'true', null],
    json: [undefined, Number.NaN, [undefined], new Date(), 1n, () => 1],
    bytes: ['text', [1, 2], new ArrayBuffer(2), null],
    'text?': [undefined, 1],
    'int?': [undefined, 1.5],
    'json?': [undefined, Number.NaN],
  }
  for (const [codec, list] of Object.entries(refused)) {
    for (const value of list) {
      assert.throws(() => encode(codec as Codec, value, 'x'), { code: 'BadValue', applied: 'no' }, codec)
    }
  }
})

test('JSON without end, or deeper than the stack, is refused and does not break anything', () => {
  const circle: Json[] = []
  circle.push(circle)
  assert.throws(() => encode('json', circle, 'x'), { code: 'BadValue' })
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json
  assert.throws(() => encode('json', deep, 'x'), { code: 'BadValue' })
})

function message(codec: Codec, value: unknown): string {
  try {
    encode(codec, value, 'pages.insert url')
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

test('a refusal names the column, what was expected and what came, shortly and on one line', () => {
  assert.equal(message('text', 7), 'pages.insert url: expected text, got 7')
  assert.equal(message('text', undefined), 'pages.insert url: expected text, got undefined')
  assert.equal(message('int?', '7'), "pages.insert url: expected int?, got '7'")
  assert.equal(message('json', { at: [Number.NaN] }), 'pages.insert url: expected json, got { at: [ NaN ] }')
  const long = message('int', 'x'.repeat(1_000_000))
  assert.ok(long.length < 200 && !long.includes('\n'), long)
  assert.ok(!message('int', { a: 'x'.repeat(70), b: 'y'.repeat(70) }).includes('\n'))
})

test('a row is read in the order of its shape', () => {
  const shape = { id: 'text', isOpen: 'bool', at: 'time?', tags: 'json' } as const
  const row = decodeRow(shape, ['a\u001a0', 1, null, '["x"]'])
  assert.deepEqual(row, { id: 'a\0', isOpen: true, at: null, tags: ['x'] })
})

test('the size of a value is never guessed too small by more than its head', () => {
  assert.equal(storedBytes('four'), 8)
  assert.equal(storedBytes(new Uint8Array(5)), 5)
  assert.equal(storedBytes(1), 8)
  assert.equal(storedBytes(null), 8)
})
