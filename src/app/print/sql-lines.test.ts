import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SqlChunk } from '../../store/index.ts'
import { SQL_FORMATS, type SqlFormat } from './sql-lines.ts'

const columns = ['a', 'b', 'a']
const chunk: SqlChunk = {
  columns,
  rows: [
    ['=1+1', Uint8Array.of(0, 171, 255), null],
    ['\u001b[31mred\n\u202e', -9_007_199_254_740_993n, -1.5],
  ],
}

async function linesOf(format: SqlFormat, ...chunks: readonly SqlChunk[]): Promise<readonly string[]> {
  async function* given() {
    yield* chunks
  }
  return Array.fromAsync(SQL_FORMATS[format](given()))
}

test('JSON keeps every column, blobs as hex, null as null and large integers exact', async () => {
  assert.deepEqual(await linesOf('jsonl', chunk), [
    '{"a":"=1+1","b":"00abff","a_2":null}\n',
    '{"a":"\\u001b[31mred\\n\u202e","b":"-9007199254740993","a_2":-1.5}\n',
  ])
})

test('JSON members stand in the order of the columns, also where names are numbers or hide each other', async () => {
  const odd = { columns: ['2', '1', '2', '2_2', '__proto__'], rows: [[1, 2, 3, 4, Number.POSITIVE_INFINITY]] }
  assert.deepEqual(await linesOf('jsonl', odd), ['{"2":1,"1":2,"2_3":3,"2_2":4,"__proto__":"Infinity"}\n'])
})

test('CSV neutralises formulas, leaves numbers alone and null empty, and names the columns once', async () => {
  assert.deepEqual(await linesOf('csv', chunk, { columns, rows: [[7, 'x,y', '-2']] }), [
    'a,b,a\r\n',
    "'=1+1,00abff,\r\n",
    '"\u001b[31mred\n\u202e",-9007199254740993,-1.5\r\n',
    `7,"x,y",'-2\r\n`,
  ])
})

test('a table has no escapes and one line a row, is clipped, and keeps the widths of its first chunk', async () => {
  const long = { columns, rows: [['x'.repeat(200), 'longer than before', 1]] }
  const [header, ...rows] = await linesOf('table', chunk, long)
  assert.equal(header, 'a     b                     a\n')
  assert.equal(rows[0], '=1+1  00abff\n')
  assert.equal(rows[1], 'red   -9007199254740993  -1.5\n')
  assert.equal(rows[2], `${'x'.repeat(79)}…  longer than before     1\n`)
})

test('a result without rows still has its header', async () => {
  const empty = { columns: ['a', 'b'], rows: [] }
  assert.deepEqual(await linesOf('csv', empty), ['a,b\r\n'])
  assert.deepEqual(await linesOf('table', empty), ['a  b\n'])
  assert.deepEqual(await linesOf('jsonl', empty), [])
})
