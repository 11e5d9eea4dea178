/** What the engine itself reads: the latest position, and the change table. */
import { query } from '../declare.ts'

/** The position of the latest commit. */
export const latestPosition = query({
  name: 'engine.position',
  params: {},
  gives: { position: 'int' },
  sql: "SELECT value FROM counters WHERE name = 'position'",
})

/** The position up to which changes are no longer kept. */
export const prunedTo = query({
  name: 'engine.prunedTo',
  params: {},
  gives: { position: 'int' },
  sql: "SELECT value FROM counters WHERE name = 'changes_pruned_to'",
})

/** Changes after a position, by the primary key of the table. */
export const changesAfter = query({
  name: 'engine.changes',
  params: { after: 'int', limit: 'int' },
  gives: { position: 'int', noun: 'text', id: 'text', op: 'text' },
  sql: `SELECT position, noun, id, op FROM changes WHERE position > :after
    ORDER BY position, noun, id LIMIT :limit`,
})

/** What every store is opened with, whatever it is for. */
export const engineQueries = [latestPosition.definition, prunedTo.definition, changesAfter.definition]
