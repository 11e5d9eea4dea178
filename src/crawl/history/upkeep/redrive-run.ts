/** A run whose dead jobs are sent again: it must be one that the next `crawl` of its source goes on with. */
import { command, guard, query } from '../../../store/index.ts'
import { runColumns, runShape, UNFINISHED_SQL } from '../run.ts'

/**
 * Holds while the run is unfinished, or completed with no other run of its source being unfinished: a source has one
 * such run at most, and that is the one that `crawl` goes on with.
 */
export const runCanGoOn = guard({
  name: 'runs.canGoOn',
  params: { id: 'text' },
  otherwise: 'the run was cancelled or has failed, or another run of its source is unfinished',
  sql: `SELECT 1 FROM runs AS run WHERE id = :id AND (state IN ${UNFINISHED_SQL} OR (state = 'completed'
    AND NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.source = run.source AND other.state IN ${UNFINISHED_SQL})))`,
})

/** completed -> stopped, so that it is gone on with; `failed` jobs are taken off its count, for they are to be done again. */
export const takeUpRun = command({
  name: 'runs.takeUp',
  params: { id: 'text', failed: 'int' },
  statements: [
    {
      sql: `UPDATE runs SET failed = max(0, failed - :failed), reason = iif(state = 'completed', 'dead letters', reason),
          state = iif(state = 'completed', 'stopped', state), position = :position WHERE id = :id`,
      changes: { noun: 'run', op: 'put', id: 'id' },
    },
  ],
})

/** A run with what its source is, and the unfinished run of that source, if any. */
export const runWithSource = query({
  name: 'runs.withSource',
  params: { id: 'text' },
  gives: { ...runShape, kind: 'text', seeds: 'json', rules: 'json', unfinished: 'text?' },
  sql: `SELECT ${runColumns.replaceAll(/(\w+)/g, 'runs.$1')}, sources.kind, sources.seeds, sources.rules,
      (SELECT other.id FROM runs AS other WHERE other.source = runs.source AND other.state IN ${UNFINISHED_SQL})
    FROM runs JOIN sources ON sources.id = runs.source WHERE runs.id = :id`,
})

/** What a store must be opened with to send a run's dead jobs again. */
export const redriveRunDefinitions = [runCanGoOn, takeUpRun, runWithSource].map((made) => made.definition)
