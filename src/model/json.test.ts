import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalJson, type Json } from './json.ts'

test('the example of RFC 8785 section 3.2.2 has the text of section 3.2.3', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000_000_000_000_000_000_000_000_001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f',
    literals: [null, true, false],
  }
  const text =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
  assert.equal(canonicalJson(value), text)
})

test('names are sorted by UTF-16 units, as in RFC 8785 section 3.2.3', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  assert.deepEqual(Object.keys(JSON.parse(canonicalJson(value)) as object).sort(), Object.keys(value).sort())
  assert.equal(canonicalJson(value).replaceAll(/"([^"]*)":"[^"]*"/g, '$1'), '{\\r,1,\u0080,ö,€,😀,\ufb33}')
})

test('numbers are printed as in RFC 8785 appendix B', () => {
  const texts = new Map([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [1e21, '1e+21'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
  ])
  for (const [number, text] of texts) assert.equal(canonicalJson(number), text)
})

test('equal values have one text, whatever the order of their names, and it reads back as the value', () => {
  const property = fc.property(fc.jsonValue(), (made) => {
    const value = JSON.parse(JSON.stringify(made)) as Json
    const text = canonicalJson(value)
    assert.deepEqual(JSON.parse(text), value)
    assert.equal(canonicalJson(shuffled(value)), text)
  })
  fc.assert(property)
})

test('a member that is undefined is left out, and a name may be anything', () => {
  assert.equal(canonicalJson({ a: undefined, b: 1 } as unknown as Json), '{"b":1}')
  const tricky = JSON.parse('{"__proto__":1,"":2,"\\ud800":3}') as Json
  assert.equal(canonicalJson(tricky), '{"":2,"__proto__":1,"\\ud800":3}')
})

test('what JSON can not carry is refused and never changed in silence', () => {
  const hole: Json[] = [1]
  hole[2] = 3
  const refused: unknown[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
    [undefined],
    hole,
    { deep: [Number.NaN] },
    1n,
    Symbol('x'),
    () => 1,
    new Date(0),
    new Map(),
    new URL('https://a.example/'),
    Uint8Array.of(1),
  ]
  for (const value of refused) assert.throws(() => canonicalJson(value as Json), { code: 'BadValue' })
})

test('a refused value is named by what it is', () => {
  const date = new Date(0) as unknown as Json
  assert.throws(() => canonicalJson([date]), {
    message: 'expected a JSON value, got an object of class Date',
  })
  const nan = { message: 'expected a JSON value, got the number NaN' }
  assert.throws(() => canonicalJson(Number.NaN), nan)
})

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).map(([name, member]) => [name, shuffled(member)] as const)
  return Object.fromEntries(members.toReversed())
}
