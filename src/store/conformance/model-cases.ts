/** Any sequence of units by any number of callers leaves a real store as it leaves the model in memory. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Store } from '../contract.ts'
import type { Cases, OtherPlace } from './bench.ts'
import { allSources } from './declared.ts'
import { modelSource, StoreModel, unitOf, type Expected, type Plan, type Step } from './model.ts'

const id = fc.constantFrom('a', 'b', 'c', 'd', '\ud800')
const kind = fc.constantFrom('site', 'feed', '\0')
const row = fc
  .tuple(id, fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5'), kind, fc.jsonValue({ maxDepth: 1 }))
  .map(([id, key, kind, seeds]) => modelSource(id, key, kind, JSON.parse(JSON.stringify(seeds)) as never))
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constantFrom('insert', 'insertNew', 'upsert'),
      rows: fc.array(row, { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('remove'), id }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('changeKind'), from: kind, to: kind }) },
)
const plan: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(step, { maxLength: 3 }),
  guards: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(fc.record({ id, kind }), { maxLength: 2 }),
  ),
  key: fc.option(fc.constantFrom('i1', 'i2', 'i3', 'i4'), { nil: undefined, freq: 3 }),
  durability: fc.constantFrom('power-safe', 'crash-safe'),
})
/** A caller commits one unit after the other; the callers of a round do so at the same time. */
const round = fc.array(fc.array(plan, { maxLength: 4 }), { maxLength: 5 })
const rounds = fc.array(fc.oneof({ weight: 9, arbitrary: round }, fc.constant('reopen' as const)), {
  minLength: 1,
  maxLength: 12,
  size: 'max',
})

/** The store against the model. */
export const modelCases: Cases = {
  async 'any units by any callers, with reopening between, leave what the model says'(bench) {
    const property = fc.asyncProperty(rounds, async (history) => {
      await replay(await bench.openElsewhere(), history)
    })
    await fc.assert(property, { numRuns: 20 })
  },
}

/** The model counts positions without gaps, a store may leave some out: by model position, the store's. */
type Positions = Map<number, number>

async function replay(place: OtherPlace, history: readonly (readonly (readonly Plan[])[] | 'reopen')[]) {
  const model = new StoreModel()
  const positions: Positions = new Map([[0, 0]])
  let store = await place.open()
  try {
    for (const callers of history) {
      if (callers === 'reopen') {
        await store.close()
        store = await place.open()
      } else await playRound(store, { model, positions }, callers)
      await compare(store, { model, positions })
    }
  } finally {
    await store.close()
  }
}

interface Expectation {
  readonly model: StoreModel
  readonly positions: Positions
}

/** Units are applied in the order of the calls to commit, so that order is what the model follows. */
async function playRound(
  store: Store,
  { model, positions }: Expectation,
  callers: readonly (readonly Plan[])[],
) {
  const called: { readonly plan: Plan; readonly outcome: Promise<Expected> }[] = []
  const call = (plan: Plan): Promise<Expected> => {
    const outcome = outcomeOf(store, plan)
    called.push({ plan, outcome })
    return outcome
  }
  await Promise.all(
    callers.map(async (plans) => {
      for (const plan of plans) await call(plan)
    }),
  )
  for (const { plan, outcome } of called) {
    const [before, expected, actual] = [model.position, model.apply(plan), await outcome]
    if (model.position > before && 'position' in actual) {
      assert.ok(actual.position > (positions.get(before) ?? 0), 'positions grow in the order of the calls')
      positions.set(model.position, actual.position)
    }
    assert.deepEqual(actual, placed(expected, positions))
  }
}

function placed(expected: Expected, positions: Positions): Expected {
  if ('refused' in expected) return expected
  return { ...expected, position: positions.get(expected.position) ?? -1 }
}

async function outcomeOf(store: Store, plan: Plan): Promise<Expected> {
  try {
    const { position, repeated, results } = await store.commit(unitOf(plan))
    return { position, repeated, changed: results.map((result) => result.changed) }
  } catch (error) {
    const { code, applied } = error as { code: 'Constraint' | 'GuardFailed'; applied: string }
    assert.equal(applied, 'no')
    return { refused: code }
  }
}

async function compare(store: Store, { model, positions: places }: Expectation): Promise<void> {
  const at = (position: number): number => places.get(position) ?? -1
  const rows = [...model.rows.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((row) => ({ ...row, position: at(row.position) }))
  const stored = [...(await store.read(allSources({})))].sort((a, b) => (a.id < b.id ? -1 : 1))
  assert.deepEqual(stored, rows)
  assert.equal(await store.position(), at(model.position))
  const changes = [...(await store.changes(0, 100_000))]
  const expected = model.changes.map((change) => ({ ...change, position: at(change.position) }))
  assert.deepEqual(changes.map(nameOf).sort(), expected.map(nameOf).sort())
  const positions = changes.map((change) => change.position)
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  )
}

function nameOf(change: { position: number; noun: string; id: string; op: string }): string {
  return JSON.stringify([change.position, change.noun, change.id, change.op])
}
