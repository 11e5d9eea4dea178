/** Dead letters: jobs that gave up, kept with what they were to do and why it did not come about. */
import { query, type Shape, type Values } from '../../store/index.ts'

const letterShape = {
  id: 'text',
  run: 'text',
  kind: 'text',
  uniqueKey: 'text',
  lane: 'text',
  errorCode: 'text',
  errorMessage: 'text',
  attempts: 'int',
  waits: 'int',
  crashes: 'int',
  createdAt: 'time',
  finishedAt: 'time',
} as const satisfies Shape

/** One dead job. `finishedAt` is when it gave up. */
export type DeadLetter = Values<typeof letterShape>

/* An empty text, or a null list, is any. Served by jobs_dead, which holds dead jobs alone. */
const chosen = `state = 'dead' AND (:run = '' OR run = :run) AND (:kind = '' OR kind = :kind)
  AND (:codes IS NULL OR error_code IN (SELECT value FROM json_each(:codes)))`

const choice = { run: 'text', kind: 'text', codes: 'json?' } as const satisfies Shape

/**
 * Up to `limit` dead jobs of any run, newest run first, that come after the one named; '~' as `afterRun` begins. `run`
 * and `kind` are any where empty, `codes` where null.
 */
export const deadLetters = query({
  name: 'dead.list',
  params: { ...choice, afterRun: 'text', afterId: 'text', limit: 'int' },
  gives: letterShape,
  sql: `SELECT id, run, kind, unique_key, lane, coalesce(error_code, 'Fault'), coalesce(error_message, ''), attempts,
      waits, crashes, created_at, coalesce(finished_at, created_at)
    FROM jobs INDEXED BY jobs_dead
    WHERE ${chosen} AND (run < :afterRun OR (run = :afterRun AND id < :afterId)) AND in_time()
    ORDER BY run DESC, id DESC LIMIT :limit`,
})

/** The dead jobs of a run by error, with one message as an example. Served by jobs_dead. */
export const deadByCode = query({
  name: 'jobs.deadByCode',
  params: { run: 'text' },
  gives: { code: 'text', count: 'int', example: 'text' },
  sql: `SELECT error_code, count(*), min(error_message) FROM jobs WHERE run = :run AND state = 'dead'
    GROUP BY error_code ORDER BY count(*) DESC`,
})

/** What a store must be opened with to look at dead letters. */
export const deadLetterDefinitions = [deadLetters, deadByCode].map((made) => made.definition)
