/** What the engine itself reads: the latest position, and the change table. */
import { query } from '../declare.ts'

export const latestPosition = query({
  name: 'engine.position',
  params: {},
  gives: { position: 'int' },
  sqlite: "SELECT value FROM counters WHERE name = 'position'",
})

export const prunedTo = query({
  name: 'engine.prunedTo',
  params: {},
  gives: { position: 'int' },
  sqlite: "SELECT value FROM counters WHERE name = 'changes_pruned_to'",
})

export const changesAfter = query({
  name: 'engine.changes',
  params: { after: 'int', limit: 'int' },
  gives: { position: 'int', noun: 'text', id: 'text', op: 'text' },
  sqlite: `SELECT position, noun, id, op FROM changes WHERE position > :after
    ORDER BY position, noun, id LIMIT :limit`,
})

export const engineQueries = [latestPosition.definition, prunedTo.definition, changesAfter.definition]
