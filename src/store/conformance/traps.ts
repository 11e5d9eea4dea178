/** Every trap of moving values between databases, through every path of the contract. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Cases } from './bench.ts'
import { allSources, oneLane, oneSource, putLane, putSource, source } from './declared.ts'
import { addSwitch, laneIs, same, switchesThat } from './declared-values.ts'
import { bytesEverywhere, everyValue, sameEverywhere, textEverywhere } from './every-path.ts'
import { anyText, trapTexts } from './trap-texts.ts'

const DAY_MS = 24 * 3_600_000

const trapInts = [0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1)]
const trapReals = [
  1,
  -2,
  0.1,
  1e21,
  1e-7,
  2 ** 53,
  5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Math.PI,
  1_000_000,
]
const trapTimes = [
  -1,
  Date.UTC(1900, 0, 1),
  Date.UTC(-271_821, 3, 20),
  8.64e15,
  Date.UTC(2038, 0, 20),
  1_700_000_000_001,
]
const trapJson = [
  '{"b":1,"a":2,"10":3,"9":4}',
  '{"a":1,"A":2,"á":3,"a\\u0301":4,"":5," ":6,"\\u0000":7,"\\ud800":8}',
  '{"__proto__":{"a":1},"constructor":null,"toString":[]}',
  '[1e21,1e-7,1.0,100,1E2,0.1,5e-324,1.7976931348623157e308,9007199254740991,-1]',
  '["\\u0000","\\ud800","\\\\u0000","\\\\","\\"","\\u2028","/"]',
  '""',
  'null',
  'true',
  '"null"',
  '[null,[],{},[[]],{"a":null}]',
]

const bytesOfWeb: Readonly<Record<string, Uint8Array>> = {
  none: new Uint8Array(),
  nul: Uint8Array.of(0),
  'every value': Uint8Array.from({ length: 256 }, (_, n) => n),
  'not UTF-8': Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80),
  'what looks like hex': new TextEncoder().encode('\\x00'),
  'what ends a COPY': new TextEncoder().encode('\\.\n\\N\t'),
}

/** Traps. */
export const trapCases: Cases = {
  async 'a text that databases alter is itself everywhere: row, id, key, JSON, guard, result, change'(bench) {
    await using store = await bench.open()
    // All at once, so that they also stand beside each other in a batch.
    await Promise.all(trapTexts.map((text) => textEverywhere(store, text)))
    assert.deepEqual(await store.read(allSources({})), [])
  },

  async 'a text that databases alter is itself as parameter and in a kept receipt'(bench) {
    await using store = await bench.open()
    const send = (text: string) =>
      sameEverywhere(store, text, everyValue({ text, textOr: text, json: [text], jsonOr: { [text]: text } }))
    await Promise.all(trapTexts.map(send))
  },

  async 'any texts are themselves everywhere'(bench) {
    await using store = await bench.open()
    let run = 0
    const property = fc.asyncProperty(fc.array(anyText, { maxLength: 4 }), async (texts) => {
      run++
      await Promise.all(texts.map((text, n) => textEverywhere(store, `${text} ${run}.${n} ${text}`)))
    })
    await fc.assert(property, { numRuns: 40 })
  },

  async 'bytes that are no text are themselves everywhere'(bench) {
    await using store = await bench.open()
    await Promise.all(Object.entries(bytesOfWeb).map(([name, bytes]) => bytesEverywhere(store, name, bytes)))
    for (const [name, bytes] of Object.entries(bytesOfWeb)) {
      await sameEverywhere(store, name, everyValue({ bytes, bytesOr: bytes }))
    }
  },

  async 'any bytes are themselves everywhere'(bench) {
    await using store = await bench.open()
    let run = 0
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await bytesEverywhere(store, `${run++}`, new Uint8Array(bytes))
    })
    await fc.assert(property, { numRuns: 40 })
  },

  async 'a whole number is itself up to 2^53 - 1, and refused beyond'(bench) {
    await using store = await bench.open()
    for (const int of trapInts) {
      await sameEverywhere(store, `${int}`, everyValue({ int, intOr: int }))
      const lane = { key: `${int}`, concurrency: 1, gapMs: int, nextAt: int, waitUntil: 0, waitReason: null }
      await store.commit({ commands: [putLane(lane)], durability: 'crash-safe' })
      const guards = [laneIs({ key: lane.key, gapMs: int, nextAt: int })]
      await store.commit({ guards, commands: [putLane(lane)], durability: 'crash-safe' })
      assert.deepEqual(await store.read(oneLane({ key: lane.key })), [lane])
    }
    for (const int of [2 ** 53, -(2 ** 53), 1e21, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, '1', true]) {
      const values = everyValue({ int: int as number })
      await assert.rejects(store.read(same(values)), { code: 'BadValue', applied: 'no' }, String(int))
    }
  },

  async 'a fraction is itself, also when it is whole, and what is no number is refused'(bench) {
    await using store = await bench.open()
    for (const real of trapReals) await sameEverywhere(store, `${real}`, everyValue({ real, realOr: real }))
    await sameEverywhere(
      store,
      'minus nought',
      everyValue({ real: -0, int: -0, json: -0 }),
      everyValue({ real: 0, int: 0, json: 0 }),
    )
    for (const real of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      await assert.rejects(store.read(same(everyValue({ real }))), { code: 'BadValue' })
      await assert.rejects(store.read(same(everyValue({ json: [real] }))), { code: 'BadValue' })
    }
  },

  async 'a time before 1970 or far away is itself'(bench) {
    await using store = await bench.open()
    for (const time of trapTimes) {
      await sameEverywhere(store, `${time}`, everyValue({ time, timeOr: time }))
      const row = source(`${time}`, { createdAt: time })
      await store.commit({ commands: [putSource(row)], durability: 'crash-safe' })
      assert.deepEqual(await store.read(oneSource({ id: row.id })), [row])
    }
  },

  async 'a boolean is true or false in columns, guards and results, and neither is null'(bench) {
    await using store = await bench.open()
    const lane = { gapMs: 0, nextAt: 0, waitUntil: 0 }
    const on = { ...lane, key: 'on', concurrency: true, waitReason: '' }
    const off = { ...lane, key: 'off', concurrency: false, waitReason: null }
    await store.commit({ commands: [addSwitch.all([on, off])] })
    assert.deepEqual(await store.read(switchesThat({ are: true })), [
      { key: 'on', concurrency: true, waitReason: '', isNamed: true },
    ])
    assert.deepEqual(await store.read(switchesThat({ are: false })), [
      { key: 'off', concurrency: false, waitReason: null, isNamed: false },
    ])
    for (const bool of [true, false])
      await sameEverywhere(store, `${bool}`, everyValue({ bool, boolOr: bool }))
    const bad = everyValue({ bool: 1 as unknown as boolean })
    await assert.rejects(store.read(same(bad)), { code: 'BadValue', message: /expected bool, got 1/ })
  },

  async 'nothing, an empty text, empty bytes and the null of JSON are four things'(bench) {
    await using store = await bench.open()
    const empty = new Uint8Array()
    await sameEverywhere(store, 'null', everyValue())
    await sameEverywhere(store, 'empty', everyValue({ textOr: '', bytesOr: empty, jsonOr: '' }))
    const row = source('a', { kind: '', seeds: null, rules: '' })
    await store.commit({ commands: [putSource(row)] })
    assert.deepEqual(await store.read(oneSource({ id: 'a' })), [row])
    const bad = everyValue({ text: null as unknown as string })
    await assert.rejects(store.read(same(bad)), { code: 'BadValue', message: /expected text, got null/ })
  },

  async 'JSON keeps every key and every number, whatever their order and form'(bench) {
    await using store = await bench.open()
    for (const text of trapJson) {
      const json = JSON.parse(text) as never
      await sameEverywhere(store, text, everyValue({ json }))
      const row = source('a', { seeds: json, rules: [json] })
      await store.commit({ commands: [putSource(row)], durability: 'crash-safe' })
      assert.deepEqual(await store.read(oneSource({ id: 'a' })), [row])
    }
  },

  async 'JSON that says the same is the same text, whoever wrote it'(bench) {
    await using store = await bench.open()
    const forms = [{ b: 1, a: [1e2] }, JSON.parse('{"a":[100.0],"b":1E0}') as never]
    for (const seeds of forms) {
      await store.commit({ commands: [putSource(source('a', { seeds }))] })
      const found: unknown[] = []
      for await (const { rows } of store.sql('SELECT seeds FROM sources')) found.push(...rows)
      assert.deepEqual(found, [['{"a":[100],"b":1}']])
    }
  },

  async 'the clock of the caller may stand before 1970 or far away'(bench) {
    const clock = { at: -DAY_MS, now: () => clock.at }
    await using store = await bench.open({ clock })
    await store.commit({ key: 'k', commands: [putSource(source('a'))] })
    clock.at = 4e12
    const { repeated } = await store.commit({ key: 'l', commands: [putSource(source('a'))] })
    assert.equal(repeated, false)
  },
}
