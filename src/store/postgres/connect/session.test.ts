import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDatabase } from '../../../../test/postgres/index.ts'
import { connectorOf } from './index.ts'

test('values come back as they were sent', async (t) => {
  const connector = connectorOf({ url: await freshDatabase(t) })
  t.after(() => connector.close())
  const session = await connector.connect('write')
  const sent = [9_007_199_254_740_991, 'a"b\\c{,}\n', new Uint8Array([0, 255, 92]), 1e-300, null]
  const text = 'SELECT $1::bigint, $2::text, $3::bytea, $4::float8, $5::text'
  const { rows, count } = await session.run({ text, params: sent })
  assert.deepEqual([rows, count], [[sent], 1])
})
