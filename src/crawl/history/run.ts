/**
 * Runs: one execution over a source.
 *
 *   planned --> running --nothing left--> completed --a wider --max-depth finds more--> running
 *                 |  |                              \--dead redrive--> stopped
 *                 |  ^ \--a limit or a signal--> stopped --crawl again--> running
 *                 |  \--crawl again-- paused
 *                 |--cannot go on--> failed
 *                 \--runs cancel, from any unfinished state--> cancelled
 *
 * A source has at most one unfinished run; an index holds this when two processes start at once. A process that is
 * killed leaves its run 'running': the next `crawl` of the source goes on with it.
 */
import type { NetworkFacts } from '../fetch/index.ts'
import { command, guard, query, type Shape, type Values } from '../../store/index.ts'

/** States of a run; completed, failed and cancelled are final but for the one way back drawn above. */
export type RunState = 'planned' | 'running' | 'paused' | 'stopped' | 'completed' | 'failed' | 'cancelled'

/** How far a run may go in this call; null: no limit. */
export interface RunLimits {
  /** Pages stored by the run, over all calls. */
  readonly maxPages: number | null
  /** Links from a seed; 0 takes the seeds alone. */
  readonly maxDepth: number | null
  /** Milliseconds of this call. */
  readonly maxTimeMs: number | null
  /** How this call reached the source, where that was out of the ordinary; no secret is in it. */
  readonly network?: NetworkFacts
}

/** The columns of a run row. */
export const runShape = {
  id: 'text',
  source: 'text',
  state: 'text',
  reason: 'text?',
  limits: 'json',
  startedAt: 'time',
  finishedAt: 'time?',
  pages: 'int',
  documents: 'int',
  failed: 'int',
  skipped: 'int',
  bytes: 'int',
  pagesNew: 'int',
  pagesChanged: 'int',
  pagesUnchanged: 'int',
  pagesMissed: 'int',
  pagesGone: 'int',
  pagesUnasked: 'int',
} as const satisfies Shape

/** The same in SQL. */
export const runColumns = `id, source, state, reason, limits, started_at, finished_at, pages, documents, failed, skipped, bytes,
  pages_new, pages_changed, pages_unchanged, pages_missed, pages_gone, pages_unasked`

/**
 * A run row. Counts are of the whole run; bytes are of bodies as stored before compression. `pagesUnasked` are those of
 * `pagesUnchanged` that were not asked for, because a sitemap says so.
 */
export type Run = Values<typeof runShape>

/** The states that the next crawl of the source goes on from. */
export const UNFINISHED_SQL = "('planned', 'running', 'paused', 'stopped')"

const changesRun = { noun: 'run', op: 'put', id: 'id' } as const

/** A new run, running. Constraint when the source has an unfinished one. */
export const startRun = command({
  name: 'runs.start',
  params: { id: 'text', source: 'text', limits: 'json' },
  statements: [
    {
      sql: `INSERT INTO runs (id, source, state, limits, started_at, pages, documents, failed, skipped, bytes, position)
        VALUES (:id, :source, 'running', :limits, :now, 0, 0, 0, 0, 0, :position)`,
      changes: changesRun,
    },
  ],
})

/** An earlier run is taken up again. */
export const resumeRun = command({
  name: 'runs.resume',
  params: { id: 'text', limits: 'json' },
  statements: [
    {
      sql: `UPDATE runs SET state = 'running', reason = NULL, finished_at = NULL, limits = :limits, position = :position
        WHERE id = :id AND state IN ('planned', 'running', 'paused', 'stopped', 'completed')`,
      changes: changesRun,
    },
  ],
})

/**
 * running -> `state`. Changes nothing when another process ended the run first, or still works on it. INDEXED BY, because
 * the planner would read all jobs of the run rather than the few that are running.
 */
export const endRun = command({
  name: 'runs.end',
  params: { id: 'text', state: 'text', reason: 'text?', process: 'text' },
  statements: [
    {
      sql: `UPDATE runs SET state = :state, reason = :reason, finished_at = :now, position = :position
        WHERE id = :id AND state = 'running' AND NOT EXISTS (
          SELECT 1 FROM jobs INDEXED BY jobs_running
          WHERE jobs.state = 'running' AND jobs.run = :id AND process <> :process)`,
      changes: changesRun,
    },
  ],
})

/** Any unfinished state -> cancelled. */
export const cancelRun = command({
  name: 'runs.cancel',
  params: { id: 'text' },
  statements: [
    {
      sql: `UPDATE runs SET state = 'cancelled', reason = 'cancelled by its user', finished_at = :now,
          position = :position
        WHERE id = :id AND state IN ${UNFINISHED_SQL}`,
      changes: changesRun,
    },
  ],
})

/** Adds to a run's counts, in the unit of what is counted. */
export const countInRun = command({
  name: 'runs.count',
  params: { id: 'text', pages: 'int', documents: 'int', failed: 'int', skipped: 'int', bytes: 'int' },
  statements: [
    {
      sql: `UPDATE runs SET pages = pages + :pages, documents = documents + :documents, failed = failed + :failed,
          skipped = skipped + :skipped, bytes = bytes + :bytes, position = :position WHERE id = :id`,
      changes: changesRun,
    },
  ],
})

/** Holds while nobody ended the run: guards what is only to be written to a running one. */
export const runIsRunning = guard({
  name: 'runs.isRunning',
  params: { id: 'text' },
  otherwise: 'the run was ended by somebody else',
  sql: "SELECT 1 FROM runs WHERE id = :id AND state = 'running'",
})

/**
 * Holds while so many more pages fit into a run: what it has and what is in hand, of all processes, counted when they are
 * claimed. INDEXED BY as in `endRun`.
 */
export const runHasRoom = guard({
  name: 'runs.hasRoom',
  params: { id: 'text', kind: 'text', more: 'int', pagesMax: 'int' },
  otherwise: 'the run has, or is about to have, as many pages as it may',
  sql: `SELECT 1 FROM runs WHERE id = :id AND pages + :more + (SELECT count(*) FROM jobs INDEXED BY jobs_running
    WHERE jobs.state = 'running' AND jobs.run = :id AND jobs.kind = :kind) <= :pagesMax`,
})

/** One run by its id; no row when there is none. */
export const getRun = query({
  name: 'runs.get',
  params: { id: 'text' },
  gives: runShape,
  sql: `SELECT ${runColumns} FROM runs WHERE id = :id`,
})

/** The run of a source to go on with: the unfinished one, which need not be the newest, else the newest. */
export const newestRun = query({
  name: 'runs.newest',
  params: { source: 'text' },
  gives: runShape,
  sql: `SELECT ${runColumns} FROM runs WHERE source = :source
    ORDER BY state IN ${UNFINISHED_SQL} DESC, id DESC LIMIT 1`,
})

/** Runs, newest first, before the id given ('~' for the newest). */
export const listRuns = query({
  name: 'runs.list',
  params: { before: 'text', limit: 'int' },
  gives: { ...runShape, seeds: 'json', rules: 'json', sourceName: 'text' },
  sql: `SELECT ${runColumns.replaceAll(/(\w+)/g, 'runs.$1')}, sources.seeds, sources.rules, sources.name
    FROM runs JOIN sources ON sources.id = runs.source WHERE runs.id < :before ORDER BY runs.id DESC LIMIT :limit`,
})

/**
 * Documents of a run that say what another document of the run says: all but one of each group, by the same text, and
 * beyond those by near texts.
 */
export const countDuplicates = query({
  name: 'runs.duplicates',
  params: { run: 'text' },
  gives: { duplicates: 'int', nearDuplicates: 'int' },
  sql: `SELECT count(*) - count(DISTINCT documents.sha256),
      count(DISTINCT documents.sha256) - count(DISTINCT coalesce(CAST(fingerprints.cluster AS TEXT), documents.sha256))
    FROM pages JOIN documents ON documents.id = pages.document
      LEFT JOIN document_fingerprints AS has ON has.document = documents.number
      LEFT JOIN fingerprints ON fingerprints.number = has.fingerprint
    WHERE pages.run = :run AND in_time()`,
})

/** What a store must be opened with to keep runs. */
export const runDefinitions = [
  ...[startRun, resumeRun, endRun, cancelRun, countInRun].map((made) => made.definition),
  ...[runIsRunning, runHasRoom, getRun, newestRun, listRuns, countDuplicates].map((made) => made.definition),
]
