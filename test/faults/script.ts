/**
 * What a fault trial writes: a fixed list of units that follows from a seed, and what a file must then hold. Each row
 * says which unit it is of and how many that unit has, so that a torn, doubled or invented one is seen.
 */
import { addSource, source } from '../../src/store/conformance/index.ts'
import type { Durability } from '../../src/store/index.ts'
import { seededRandom } from '../site/index.ts'

/** One unit of the script. */
export interface ScriptUnit {
  readonly id: string
  readonly durability: Durability
  /** The length of each of its rows' text. */
  readonly rows: readonly number[]
}

/** Steps one after the other; the units of a step at once. */
export type Script = readonly (readonly ScriptUnit[])[]

/** How large a script is. */
export interface ScriptSize {
  readonly steps: number
  readonly unitsMax: number
  readonly rowsMax: number
  readonly bytesMax: number
  /** The share of units that are crash-safe, from 0 to 1; the rest is power-safe. */
  readonly crashSafe: number
}

/** Enough for a checkpoint or two with CHECKPOINT_PAGES, and few enough syscalls to fail each. */
export const SWEEP_SIZE: ScriptSize = { steps: 6, unitsMax: 3, rowsMax: 3, bytesMax: 6_000, crashSafe: 0.4 }
/** Pages in the log from which on a trial's store moves it into the file. */
export const CHECKPOINT_PAGES = 16

/** The script of a seed; `name` begins the ids, so that two scripts can fill one file. */
export function scriptOf(name: string, seed: number, size: ScriptSize): Script {
  const random = seededRandom(seed)
  return Array.from({ length: size.steps }, (_, step) =>
    Array.from({ length: 1 + random.below(size.unitsMax) }, (_, at) => ({
      id: `${name}-${step}-${at}`,
      durability: random.chance(size.crashSafe) ? 'crash-safe' : 'power-safe',
      rows: Array.from({ length: 1 + random.below(size.rowsMax) }, () => 1 + random.below(size.bytesMax)),
    })),
  )
}

/** The unit as the store takes it. */
export function storeUnit({ id, durability, rows }: ScriptUnit) {
  const made = rows.map((length, at) => source(`${id}/${at}`, { kind: rowText(id, length) }))
  return { commands: [addSource.all(made)], durability }
}

/** The text of a row: its unit's name over and over, so that a page of another row in its place is seen. */
export function rowText(id: string, length: number): string {
  return `${id} `.repeat(Math.ceil(length / (id.length + 1))).slice(0, length)
}
