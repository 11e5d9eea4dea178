/** How a batch begins: alone in commit order, with what was there before it. */
import { unpackResults, type Applied } from '../../queue/index.ts'
import type { Stored } from '../../codec.ts'
import { settled, type Answer, type Connection } from '../connect/index.ts'
import type { PlannedUnit } from '../statements/index.ts'

/** A transaction that has the lock. */
export interface Begun {
  readonly latest: number
  readonly prunedTo: number
  readonly known: ReadonlyMap<string, Applied>
}

/** Takes the lock. Of units with the same key only the first can be taken: `units` must not repeat one. */
export async function begin(
  connection: Connection,
  units: readonly PlannedUnit[],
  isPowerSafe: boolean,
): Promise<Begun> {
  const keys = units.flatMap(({ key }) => (key === null ? [] : [key]))
  const durability = isPowerSafe ? [] : [connection.run({ text: 'SET LOCAL synchronous_commit = off' })]
  const sent: Promise<Answer>[] = [
    connection.run({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE' }),
    ...durability,
    connection.run({ name: 'lock', text: LOCK }),
    ...(keys.length === 0 ? [] : [connection.run({ name: 'keys', text: KNOWN_KEYS, params: [keys] })]),
  ]
  const answers = await settled(sent)
  const [latest, prunedTo] = answers[1 + durability.length]?.rows[0] ?? []
  const known = keys.length === 0 ? [] : (answers.at(-1)?.rows ?? [])
  return {
    latest: Number(latest),
    prunedTo: Number(prunedTo),
    known: new Map(known.map(([key, position, results]) => [String(key), repeat(position, results)])),
  }
}

const LOCK = `SELECT value, (SELECT value FROM counters WHERE name = 'changes_pruned_to')
  FROM counters WHERE name = 'position' FOR UPDATE`
const KNOWN_KEYS = 'SELECT key, position, results FROM commits WHERE key = ANY ($1::text[])'

function repeat(position: Stored | undefined, results: Stored | undefined): Applied {
  return { position: Number(position), repeated: true, results: unpackResults(String(results)) }
}
