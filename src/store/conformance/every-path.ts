/** Sends one value through every place of the contract where it can stand, and says where it came out altered. */
import assert from 'node:assert/strict'
import type { Store } from '../contract.ts'
import type { Values } from '../codec.ts'
import {
  addNewSource,
  addSource,
  changeKind,
  kindIs,
  oneBody,
  oneSource,
  putBody,
  putSource,
  removeSource,
  source,
  takeBody,
} from './declared.ts'
import {
  addBody,
  bodyIs,
  changeBody,
  changeSource,
  type everyCodec,
  giveSame,
  same,
} from './declared-values.ts'

const durability = 'crash-safe'

/** A row of every codec; all that is not named is null, or the plainest value. */
export function everyValue(but: Partial<Values<typeof everyCodec>> = {}): Values<typeof everyCodec> {
  return {
    text: '',
    textOr: null,
    int: 0,
    intOr: null,
    time: 0,
    timeOr: null,
    real: 0,
    realOr: null,
    bool: false,
    boolOr: null,
    json: null,
    jsonOr: null,
    bytes: new Uint8Array(),
    bytesOr: null,
    ...but,
  }
}

/**
 * Values as parameters and results of a query and of a command, and in a receipt that is kept under a key. `expected`
 * where it is not what was sent.
 */
export async function sameEverywhere(
  store: Store,
  key: string,
  values: Values<typeof everyCodec>,
  expected: Values<typeof everyCodec> = values,
): Promise<void> {
  assert.deepEqual(await store.read(same(values)), [expected])
  const unit = { key, commands: [giveSame.all([values, values])], durability } as const
  const first = await store.commit(unit)
  assert.deepEqual(first.results, [{ changed: 0, rows: [expected, expected] }])
  assert.deepEqual(await store.commit(unit), { ...first, repeated: true })
}

/**
 * A text as id, unique key, column, JSON and key of a unit: inserted, inserted anew, overwritten, changed by hand, guarded
 * by, given back, named by a change, and deleted. Nothing of it is left.
 */
export async function textEverywhere(store: Store, text: string): Promise<void> {
  const row = source(text, { kind: text, key: text, seeds: [text, { [text]: text }], rules: text })
  const guards = [kindIs({ id: text, kind: text })]
  const { position } = await store.commit({ commands: [addSource(row)], durability })
  assert.deepEqual(await store.read(oneSource({ id: text })), [row])
  const again = await store.commit({ guards, commands: [addNewSource(row), putSource(row)], durability })
  assert.deepEqual(
    again.results.map((result) => result.changed),
    [0, 1],
  )
  await store.commit({
    guards,
    commands: [changeSource({ id: text, kind: text, rules: [text] })],
    durability,
  })
  assert.deepEqual(await store.read(oneSource({ id: text })), [{ ...row, rules: [text] }])
  const unit = {
    key: text,
    guards,
    commands: [changeKind({ from: text, to: `${text}!` })],
    durability,
  } as const
  const changed = await store.commit(unit)
  assert.deepEqual(changed.results, [
    { changed: 1, rows: [{ id: text, seeds: row.seeds, createdAt: row.createdAt }] },
  ])
  assert.deepEqual(await store.commit(unit), { ...changed, repeated: true })
  const removed = await store.commit({ commands: [removeSource({ id: text })], durability })
  assert.deepEqual(removed.results, [{ changed: 1, rows: [] }])
  const changes = await store.changes(position - 1, 100_000)
  const ops = changes.filter((change) => change.id === text).map((change) => change.op)
  assert.deepEqual(ops, ['put', 'put', 'put', 'put', 'delete'])
}

/** Bytes inserted, overwritten, changed by hand, guarded by, given back, and kept under a key. Nothing of them is left. */
export async function bytesEverywhere(store: Store, sha256: string, body: Uint8Array): Promise<void> {
  const row = { sha256, bytes: body.length, compression: 'none', body }
  const guards = [bodyIs({ sha256, body })]
  await store.commit({ commands: [addBody(row)], durability })
  assert.deepEqual(await store.read(oneBody({ sha256 })), [row])
  const unit = {
    key: `bytes of ${sha256}`,
    guards,
    commands: [
      putBody({ ...row, body: Uint8Array.of(1) }),
      changeBody({ sha256, body }),
      takeBody({ sha256 }),
    ],
    durability,
  } as const
  const first = await store.commit(unit)
  assert.deepEqual(first.results, [
    { changed: 1, rows: [] },
    { changed: 1, rows: [{ sha256, body }] },
    { changed: 1, rows: [{ sha256, body }] },
  ])
  assert.deepEqual(await store.commit(unit), { ...first, repeated: true })
  assert.deepEqual(await store.read(oneBody({ sha256 })), [])
}
