/**
 * The mark a batch leaves: one row of each process, written with every batch and read when the answer to a COMMIT was
 * lost. The transaction's own number would not do: a server that is killed before it wrote that number to its log gives
 * the same one to somebody else, whose commit would then be taken for ours.
 *
 * The row lies among the idempotency keys, is forgotten as they are, and moves to another day only with the day, so
 * that writing it again touches no index.
 */
import { settled, type Connection, type Sent } from '../connect/index.ts'

const DAY_MS = 24 * 3_600_000

const PUT = `INSERT INTO commits (key, position, results, at) VALUES ($1::text, $2::bigint, '[]', $3::bigint)
  ON CONFLICT (key) DO UPDATE SET position = excluded.position, at = excluded.at`
const LATEST = 'SELECT position FROM commits WHERE key = $1::text'
const LOCK = `SELECT FROM counters WHERE name = 'position' FOR UPDATE`

/** One try of one batch of one process. */
export interface Mark {
  readonly process: string
  /** Higher than that of any try before it. */
  readonly number: number
}

/** What leaves it, together with everything else of the batch. */
export function putMark({ process, number }: Mark, now: number): Sent {
  return { name: 'put mark', text: PUT, params: [keyOf(process), number, now - (now % DAY_MS)] }
}

/** Whether it is there, once the transaction that was to leave it has ended: until then it has the lock. */
export async function isLeft(connection: Connection, { process, number }: Mark): Promise<boolean> {
  const [, , latest] = await settled([
    connection.run({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE' }),
    connection.run({ text: LOCK }),
    connection.run({ text: LATEST, params: [keyOf(process)] }),
    connection.run({ text: 'ROLLBACK' }),
  ])
  return latest?.rows[0]?.[0] === number
}

function keyOf(process: string): string {
  return `millrace batch of ${process}`
}
