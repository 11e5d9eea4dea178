/** A batch as a list of steps that are sent one after the other: what `encodeUnit` flattened, unfolded again. */
import { BIND_NOW, BIND_POSITION, type Compiled } from '../../catalog.ts'
import type { Stored } from '../../codec.ts'
import type { Batch } from '../../queue/index.ts'

/** A declaration with the values of one row. */
export interface Call {
  readonly compiled: Compiled
  readonly params: readonly Stored[]
}

/** One command of a unit: its declaration's index, and a call for each row. */
export interface PlannedCommand {
  readonly index: number
  readonly calls: readonly Call[]
}

/** A unit unfolded. */
export interface PlannedUnit {
  readonly key: string | null
  readonly guards: readonly Call[]
  readonly commands: readonly PlannedCommand[]
}

/** Unfolds one tape. */
export function planUnit(tape: Batch['tapes'][number], compiled: readonly Compiled[]): PlannedUnit {
  let at = 0
  const next = (): Stored => tape[at++] as Stored
  const call = (declared: Compiled): Call => {
    const params = tape.slice(at, at + declared.paramCount)
    at += declared.paramCount
    return { compiled: declared, params }
  }
  const declaredAt = (index: number): Compiled => compiled[index] as Compiled
  const key = next() as string | null
  const guards = repeat(Number(next()), () => call(declaredAt(Number(next()))))
  const commands = repeat(Number(next()), () => {
    const index = Number(next())
    return { index, calls: repeat(Number(next()), () => call(declaredAt(index))) }
  })
  return { key, guards, commands }
}

/** What a unit's statements are bound to besides its own values. */
export interface Moment {
  readonly position: number
  readonly now: number
}

/** The values of a statement's placeholders, in order. */
export function bind(
  binds: readonly number[],
  params: readonly Stored[],
  { position, now }: Moment,
): Stored[] {
  return binds.map((from) => {
    if (from === BIND_POSITION) return position
    return from === BIND_NOW ? now : (params[from] as Stored)
  })
}

/** A loop: this runs several times for each unit. */
function repeat<Value>(times: number, make: () => Value): Value[] {
  const made: Value[] = []
  for (let time = 0; time < times; time++) made.push(make())
  return made
}
