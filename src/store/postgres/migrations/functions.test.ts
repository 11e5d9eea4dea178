/** Functions and operators mean on Postgres what SQLite means by them: both are asked the same. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import type { Stored } from '../../codec.ts'
import { migrated } from './testing/index.ts'

/** Asks both by expressions whose parameters are $1, $2...; each is a row's column. */
async function askBoth(t: TestContext) {
  const ask = await migrated(t)
  const db = new DatabaseSync(':memory:')
  t.after(() => db.close())
  return async (expression: string, types: readonly ('text' | 'bigint')[], values: readonly Stored[]) => {
    const cast = expression.replaceAll(/\$(\d)/g, (found, place) => `${found}::${types[Number(place) - 1]}`)
    const [there] = await ask(`SELECT ${cast}`, values)
    const statement = db.prepare(`SELECT ${expression.replaceAll('$', '?')}`)
    statement.setReturnArrays(true)
    return { here: statement.all(...values)[0] as unknown as readonly Stored[], there }
  }
}

const number = fc.option(fc.integer({ min: -3, max: 3 }))

test('min, max and iif treat null, and the order of what they are given, alike', async (t) => {
  const both = await askBoth(t)
  await fc.assert(
    fc.asyncProperty(number, number, number, async (...three) => {
      const expression = 'min($1, $2), max($1, $2), min($1, $2, $3), max($1, $2, $3), iif($1 < $2, $1, $3)'
      const { here, there } = await both(expression, ['bigint', 'bigint', 'bigint'], three)
      assert.deepEqual(there, here)
    }),
    { numRuns: 150 },
  )
})

test('instr, and iif of texts, do so as well', async (t) => {
  const both = await askBoth(t)
  const text = fc.option(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 5 }))
  await fc.assert(
    fc.asyncProperty(text, text, async (...two) => {
      const { here, there } = await both("instr($1, $2), iif($1 = $2, 'same', NULL)", ['text', 'text'], two)
      assert.deepEqual(there, here)
    }),
    { numRuns: 100 },
  )
})

test('what is taken out of JSON is the same text, by place and by name', async (t) => {
  const both = await askBoth(t)
  const leaf = fc.oneof(fc.string({ unit: fc.constantFrom('a', '"', '\\', 'é', '\n', '😀') }), fc.integer())
  const member = fc.oneof(leaf, fc.constant(null), fc.array(leaf, { maxLength: 2 }))
  const list = fc.array(member, { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(list, fc.nat(4), async (members, place) => {
      const json = JSON.stringify(members)
      const parts = 'CAST($1 ->> $2 AS TEXT), $1 -> $2'
      const { here, there } = await both(parts.replaceAll('$2', String(place)), ['text'], [json])
      assert.deepEqual(there, here, json)
      const named = JSON.stringify({ a: members, 'b c': members[0] ?? null })
      const names = "CAST($1 ->> 'b c' AS TEXT), $1 ->> 'a', $1 ->> 'none'"
      const { here: hereNamed, there: thereNamed } = await both(names, ['text'], [named])
      assert.deepEqual(thereNamed, hereNamed, named)
      const { there: joined } = await both(each("string_agg(value, ',')"), ['text'], [json])
      const { here: counted, there: countedThere } = await both(each('count(*)'), ['text'], [json])
      assert.deepEqual(countedThere, counted)
      assert.equal(
        joined?.[0] ?? '',
        members
          .filter((one) => one !== null)
          .map(textOf)
          .join(','),
      )
    }),
    { numRuns: 100 },
  )
})

test('members of a list have their place, those of an object their name', async (t) => {
  const ask = await migrated(t)
  const all = 'SELECT key, value FROM json_each($1::text) ORDER BY key'
  assert.deepEqual(await ask(all, ['["a",null,[1]]']), [
    ['0', 'a'],
    ['1', null],
    ['2', '[1]'],
  ])
  assert.deepEqual(await ask(all, ['{"x":true,"y":"z"}']), [
    ['x', 'true'],
    ['y', 'z'],
  ])
  assert.deepEqual(await ask(all, [null]), [])
})

/** What an aggregate makes of the members of a list that are there. */
function each(value: string): string {
  return `(SELECT ${value} FROM (SELECT CAST(value AS TEXT) AS value FROM json_each($1) WHERE value IS NOT NULL) AS m)`
}

function textOf(member: unknown): string {
  return typeof member === 'string' ? member : JSON.stringify(member)
}
