import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { sharedServerUrl } from '../../../../test/postgres/index.ts'
import type { Stored } from '../../codec.ts'
import { connectorFor } from '../connect/testing/index.ts'
import { binaryArray, type ElementType } from './array.ts'

const text = fc.string({ unit: 'grapheme' }).filter((given) => !given.includes('\0'))

test('any text in an array comes back as it was', (t) => comesBack(t, 'text', text))
test('any safe integer in an array comes back as it was', (t) => comesBack(t, 'bigint', fc.maxSafeInteger()))
test('any finite number in an array comes back as it was', (t) =>
  comesBack(
    t,
    'float8',
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((given) => given + 0),
  ))
test('any bytes in an array come back as they were', (t) => comesBack(t, 'bytea', fc.uint8Array()))

async function comesBack(t: TestContext, type: ElementType, values: fc.Arbitrary<Stored>): Promise<void> {
  const connection = await connectorFor(t, { url: await sharedServerUrl() }).connect('read')
  const arrays = fc.array(fc.option(values), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(arrays, async (array) => {
      const params = [binaryArray(type, array)]
      const { rows } = await connection.run({ text: `SELECT unnest($1::${type}[])`, params })
      const given = array.map((value) => [value])
      assert.deepEqual(rows, given)
    }),
  )
}
