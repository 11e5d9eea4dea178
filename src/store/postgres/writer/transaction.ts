/**
 * One transaction over the head of a batch. It begins by locking the position row, so everything in it happens after
 * all that was committed before, by whichever process: what BEGIN IMMEDIATE is to a file.
 *
 *   BEGIN, lock, known keys        one round trip
 *   guards, commands, counter      one round trip, whatever their number; one more for what units with a key gave
 *   COMMIT                         one round trip, sent only when all answers are there
 *
 * Because the answers are there before COMMIT is sent, a COMMIT whose answer is lost needs no more than the one bit of
 * whether it happened, and the mark that each batch leaves is that bit.
 */
import { MillraceError } from '../../../model/index.ts'
import { harmsWholeBatch, packResults, type Applied, type Outcome } from '../../queue/index.ts'
import { toErrorMessage } from '../../../threads/index.ts'
import { settled, type Connection, type Sent as Statement } from '../connect/index.ts'
import { begin, type Begun } from './begin.ts'
import { putMark, type Mark } from './mark.ts'
import type { PlannedUnit } from '../statements/index.ts'
import { pruneStatements } from './retention.ts'
import type { Sent, StepSender } from './sender.ts'

/** How the units are run: all at once, or each within a savepoint of its own. */
export type Pass = 'together' | 'isolated'

/** What a transaction needs to know. */
export interface TransactionParts {
  readonly connection: Connection
  readonly sender: StepSender
  readonly now: number
  readonly isPowerSafe: boolean
  readonly changesKept: number
  readonly mark: Mark
  /** Told once the position row is locked. */
  readonly onBegun: () => void
  /** Told once the server has all of the work that was not tried before: it needs nothing of us for a while. */
  readonly onSent: () => void
}

const PUT_KEYS = `INSERT INTO commits (key, position, results, at)
  SELECT key, position, results, $4::bigint
  FROM unnest($1::text[], $2::bigint[], $3::text[]) AS given (key, position, results)`
/* The last unit that changed a row gives the latest position; what a unit took and did not use is left out. */
const ADVANCE = `UPDATE counters SET value = greatest(value, (SELECT max(position) FROM changes))
  WHERE name = 'position'`

/**
 * Does everything but COMMIT, and gives what each unit will have done. @throws MillraceError what went wrong; nothing is
 * applied then, and the connection is in a transaction that has to be rolled back
 */
export async function prepare(
  parts: TransactionParts,
  units: readonly PlannedUnit[],
  pass: Pass,
): Promise<readonly Outcome[]> {
  const { connection, sender, now } = parts
  const begun = await begin(connection, units, parts.isPowerSafe)
  parts.onBegun()
  sender.begin(connection, now)
  const run = pass === 'together' ? runTogether : runIsolated
  const done = await run(parts, begun, units)
  const keyed = putKeys(done, now)
  if (keyed !== undefined) await connection.run(keyed)
  return done.map(({ outcome }) => outcome)
}

interface Done {
  readonly unit: PlannedUnit
  readonly outcome: Outcome
}

/* One unit's own fault fails the whole; then all is done again with savepoints. */
async function runTogether(parts: TransactionParts, begun: Begun, units: readonly PlannedUnit[]) {
  const { connection, sender } = parts
  const all: (Done | Under)[] = []
  connection.together(() => {
    let position = begun.latest
    for (const unit of units) {
      const known = unit.key === null ? undefined : begun.known.get(unit.key)
      all.push(known === undefined ? sendUnit(sender, unit, ++position) : { unit, outcome: known })
    }
    sender.end(endStatements(parts, begun))
  })
  parts.onSent()
  await sender.settle()
  let latest = begun.latest
  return all.map((one): Done => {
    if ('outcome' in one) return one
    const outcome = appliedOf(one.sent, latest)
    latest = outcome.position
    return { unit: one.unit, outcome }
  })
}

/** A unit that was sent. */
interface Under {
  readonly unit: PlannedUnit
  readonly sent: Sent
}

function sendUnit(sender: StepSender, unit: PlannedUnit, position: number): Under {
  const sent = sentAt(unit, position)
  for (const guard of unit.guards) sender.require(guard, sent)
  sender.send(sent)
  return { unit, sent }
}

async function runIsolated(parts: TransactionParts, begun: Begun, units: readonly PlannedUnit[]) {
  const { sender } = parts
  let latest = begun.latest
  const done: Done[] = []
  for (const unit of units) {
    const known = unit.key === null ? undefined : begun.known.get(unit.key)
    const outcome = known ?? (await runAlone(parts, unit, latest))
    if ('position' in outcome && !outcome.repeated) latest = outcome.position
    done.push({ unit, outcome })
  }
  sender.end(endStatements(parts, begun))
  await sender.settle()
  return done
}

async function runAlone(
  { connection, sender }: TransactionParts,
  unit: PlannedUnit,
  latest: number,
): Promise<Outcome> {
  const sent = sentAt(unit, latest + 1)
  await connection.run({ text: 'SAVEPOINT unit' })
  try {
    for (const guard of unit.guards) {
      if (await sender.holds(guard, sent)) continue
      const { name, otherwise } = guard.compiled
      throw new MillraceError('GuardFailed', otherwise, { facts: { guard: name } })
    }
    sender.send(sent)
    await sender.settle()
    await connection.run({ text: 'RELEASE SAVEPOINT unit' })
    return appliedOf(sent, latest)
  } catch (error) {
    if (!(error instanceof MillraceError) || harmsWholeBatch(error)) throw error
    await settled([
      connection.run({ text: 'ROLLBACK TO SAVEPOINT unit' }),
      connection.run({ text: 'RELEASE SAVEPOINT unit' }),
    ])
    return { error: { ...toErrorMessage(error), applied: 'no' } }
  }
}

/** What ends a batch: what is past its time is forgotten, the latest position is said, the mark is left. */
function endStatements({ now, changesKept, mark }: TransactionParts, begun: Begun): readonly Statement[] {
  const advance = { name: 'advance', text: ADVANCE, params: [] }
  return [...pruneStatements(begun, { now, changesKept }), advance, putMark(mark, now)]
}

/** Keeps what units with a key gave; undefined where there is none. */
function putKeys(done: readonly Done[], now: number): Statement | undefined {
  const keyed = done.flatMap(({ unit, outcome }) =>
    unit.key === null || 'error' in outcome || outcome.repeated ? [] : [{ key: unit.key, ...outcome }],
  )
  if (keyed.length === 0) return undefined
  const keys = keyed.map(({ key }) => key)
  const results = keyed.map((unit) => packResults(unit.results))
  const params = [keys, keyed.map(({ position }) => position), results, now]
  return { name: 'put keys', text: PUT_KEYS, params }
}

function sentAt(unit: PlannedUnit, position: number): Sent {
  return { unit, position, tallies: unit.commands.map(() => ({ changed: 0, rows: [] })) }
}

function appliedOf({ position, tallies }: Sent, latest: number): Applied {
  const hasChanged = tallies.some(({ changed }) => changed > 0)
  const results = tallies.map(({ changed, rows }) => [changed, rows] as const)
  return { position: hasChanged ? position : latest, repeated: false, results }
}
