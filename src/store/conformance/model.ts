/** The contract as a few lines of plain memory: what a real store is compared with. */
import type { Json } from '../../model/index.ts'
import type { Change, Unit } from '../contract.ts'
import {
  addNewSource,
  addSource,
  changeKind,
  kindIs,
  putSource,
  removeSource,
  source,
  type sources,
} from './declared.ts'
import type { Values } from '../codec.ts'

type SourceRow = Values<typeof sources.columns>

/** A command of the model, as data. */
export type Step =
  | { readonly verb: 'insert' | 'insertNew' | 'upsert'; readonly rows: readonly SourceRow[] }
  | { readonly verb: 'remove'; readonly id: string }
  | { readonly verb: 'changeKind'; readonly from: string; readonly to: string }

/** A unit of the model, as data. */
export interface Plan {
  readonly steps: readonly Step[]
  readonly guards: readonly { readonly id: string; readonly kind: string }[]
  readonly key: string | undefined
  readonly durability: 'power-safe' | 'crash-safe'
}

/** What must become of a unit. */
export type Expected =
  | { readonly position: number; readonly repeated: boolean; readonly changed: readonly number[] }
  | { readonly refused: 'Constraint' | 'GuardFailed' }

const makers = { insert: addSource, insertNew: addNewSource, upsert: putSource }

/** The plan as a unit for a real store. */
export function unitOf(plan: Plan): Unit {
  return {
    commands: plan.steps.map((step) => {
      if (step.verb === 'remove') return removeSource({ id: step.id })
      if (step.verb === 'changeKind') return changeKind({ from: step.from, to: step.to })
      return makers[step.verb].all(step.rows)
    }),
    guards: plan.guards.map((guard) => kindIs(guard)),
    durability: plan.durability,
    ...(plan.key === undefined ? {} : { key: plan.key }),
  }
}

/** A source as the plans of a property make them. */
export function modelSource(id: string, key: string, kind: string, seeds: Json): SourceRow {
  return source(id, { key, kind, seeds })
}

class Refused extends Error {
  readonly code: 'Constraint' | 'GuardFailed'

  constructor(code: 'Constraint' | 'GuardFailed') {
    super(code)
    this.code = code
  }
}

/** A store in memory. */
export class StoreModel {
  rows: ReadonlyMap<string, SourceRow & { readonly position: number }> = new Map()
  changes: readonly Change[] = []
  position = 0
  readonly #receipts = new Map<string, Expected & { readonly position: number }>()

  /** Applies a unit; says what a real store must answer. */
  apply(plan: Plan): Expected {
    const known = plan.key === undefined ? undefined : this.#receipts.get(plan.key)
    if (known !== undefined) return { ...known, repeated: true }
    const attempt = new Attempt(this.rows, this.position + 1)
    try {
      const expected = attempt.run(plan, this.position)
      this.rows = attempt.rows
      this.changes = [...this.changes, ...attempt.changes()]
      this.position = expected.position
      if (plan.key !== undefined) this.#receipts.set(plan.key, expected)
      return expected
    } catch (error) {
      if (error instanceof Refused) return { refused: error.code }
      throw error
    }
  }
}

/** One unit on a copy of the rows, so that a refused one is simply forgotten. */
class Attempt {
  readonly rows: Map<string, SourceRow & { readonly position: number }>
  readonly #position: number
  readonly #touched = new Map<string, 'put' | 'delete'>()

  constructor(rows: StoreModel['rows'], position: number) {
    this.rows = new Map(rows)
    this.#position = position
  }

  run(plan: Plan, latest: number) {
    for (const { id, kind } of plan.guards) {
      if (this.rows.get(id)?.kind !== kind) throw new Refused('GuardFailed')
    }
    const changed = plan.steps.map((step) => this.#step(step))
    const takesPosition = changed.some((count) => count > 0)
    return { position: takesPosition ? this.#position : latest, repeated: false, changed }
  }

  changes(): Change[] {
    const ids = [...this.#touched.keys()].sort()
    return ids.map((id) => ({
      position: this.#position,
      noun: 'source',
      id,
      op: this.#touched.get(id) ?? 'put',
    }))
  }

  #step(step: Step): number {
    if (step.verb === 'remove') return this.#remove(step.id)
    if (step.verb === 'changeKind') return this.#changeKind(step.from, step.to)
    return step.rows.reduce((count, row) => count + this.#write(step.verb, row), 0)
  }

  #write(verb: 'insert' | 'insertNew' | 'upsert', row: SourceRow): number {
    const isKeyTaken = [...this.rows.values()].some((other) => other.key === row.key && other.id !== row.id)
    const isThere = this.rows.has(row.id)
    if (verb === 'insertNew' && (isThere || isKeyTaken)) return 0
    if (isKeyTaken || (verb === 'insert' && isThere)) throw new Refused('Constraint')
    return this.#put(row)
  }

  #put(row: SourceRow): number {
    this.rows.set(row.id, { ...row, position: this.#position })
    this.#touched.set(row.id, 'put')
    return 1
  }

  #remove(id: string): number {
    if (!this.rows.delete(id)) return 0
    this.#touched.set(id, 'delete')
    return 1
  }

  #changeKind(from: string, to: string): number {
    const hit = [...this.rows.values()].filter((row) => row.kind === from)
    for (const row of hit) this.#put({ ...row, kind: to })
    return hit.length
  }
}
