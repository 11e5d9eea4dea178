/**
 * What the suite writes and reads: commands generated over tables of the schema, and a few written by hand in SQL that
 * every backend takes as it is.
 */
import type { Values } from '../codec.ts'
import { command, guard, insert, insertNew, query, table, upsert } from '../declare.ts'

/** Unique by id and by key, so there are two ways to break a rule. */
export const sources = table({
  name: 'sources',
  noun: 'source',
  key: 'id',
  columns: { id: 'text', kind: 'text', key: 'text', seeds: 'json', rules: 'json', createdAt: 'time' },
})

/** A table with a nullable column. */
export const lanes = table({
  name: 'lanes',
  noun: 'lane',
  key: 'key',
  columns: {
    key: 'text',
    concurrency: 'int',
    gapMs: 'int',
    nextAt: 'time',
    waitUntil: 'time',
    waitReason: 'text?',
  },
})

/** A table with bytes. */
export const bodies = table({
  name: 'raw_bodies',
  noun: 'rawBody',
  key: 'sha256',
  columns: { sha256: 'text', bytes: 'int', compression: 'text', body: 'bytes' },
})

/** INSERT of a source. */
export const addSource = insert(sources)
/** INSERT of a source unless it is there. */
export const addNewSource = insertNew(sources)
/** INSERT of a source, or all its columns anew. */
export const putSource = upsert(sources)
/** The same of a lane. */
export const putLane = upsert(lanes)
/** The same of a raw body. */
export const putBody = upsert(bodies)

/** DELETE of a source. */
export const removeSource = command({
  name: 'conformance.removeSource',
  params: { id: 'text' },
  statements: [
    { sql: 'DELETE FROM sources WHERE id = :id', changes: { noun: 'source', op: 'delete', id: 'id' } },
  ],
})

/** Changes any number of rows and gives them back. */
export const changeKind = command({
  name: 'conformance.changeKind',
  params: { from: 'text', to: 'text' },
  gives: { id: 'text', seeds: 'json', createdAt: 'time' },
  statements: [
    {
      sql: `UPDATE sources SET kind = :to, position = :position WHERE kind = :from RETURNING id, seeds, created_at`,
      changes: { noun: 'source', op: 'put', id: 'returning' },
      gives: true,
    },
  ],
})

/** A command of two statements of which the first changes nothing anyone may care for. */
export const copyKind = command({
  name: 'conformance.copyKind',
  params: { from: 'text', to: 'text' },
  statements: [
    { sql: 'SELECT id FROM sources WHERE id = :from' },
    {
      sql: `WITH origin AS (SELECT kind FROM sources WHERE id = :from)
        UPDATE sources SET kind = (SELECT kind FROM origin), position = :position WHERE id = :to`,
      changes: { noun: 'source', op: 'put', id: 'to' },
    },
  ],
})

/** Changes a row and tells nobody. */
export const noteSource = command({
  name: 'conformance.noteSource',
  params: { id: 'text' },
  statements: [{ sql: `UPDATE sources SET rules = '{"noted":true}' WHERE id = :id` }],
})

/** Gives back bytes. */
export const takeBody = command({
  name: 'conformance.takeBody',
  params: { sha256: 'text' },
  gives: { sha256: 'text', body: 'bytes' },
  statements: [
    {
      sql: 'DELETE FROM raw_bodies WHERE sha256 = :sha256 RETURNING sha256, body',
      changes: { noun: 'rawBody', op: 'delete', id: 'returning' },
      gives: true,
    },
  ],
})

/** Writes the engine's clock. */
export const stampSource = command({
  name: 'conformance.stampSource',
  params: { id: 'text' },
  statements: [
    {
      sql: 'UPDATE sources SET created_at = :now, position = :position WHERE id = :id',
      changes: { noun: 'source', op: 'put', id: 'id' },
    },
  ],
})

/** Holds while a source has a kind. */
export const kindIs = guard({
  name: 'conformance.kindIs',
  params: { id: 'text', kind: 'text' },
  otherwise: 'the source has another kind',
  sql: 'SELECT 1 FROM sources WHERE id = :id AND kind = :kind',
})

/** Every source with its position, by id. */
export const allSources = query({
  name: 'conformance.allSources',
  params: {},
  gives: { ...sources.columns, position: 'int' },
  sql: 'SELECT id, kind, key, seeds, rules, created_at, position FROM sources ORDER BY id',
})

/** The source of an id. */
export const oneSource = query({
  name: 'conformance.oneSource',
  params: { id: 'text' },
  gives: sources.columns,
  sql: 'SELECT id, kind, key, seeds, rules, created_at FROM sources WHERE id = :id',
})

/** The lane of a key. */
export const oneLane = query({
  name: 'conformance.oneLane',
  params: { key: 'text' },
  gives: lanes.columns,
  sql: 'SELECT key, concurrency, gap_ms, next_at, wait_until, wait_reason FROM lanes WHERE key = :key',
})

/** The raw body of a digest. */
export const oneBody = query({
  name: 'conformance.oneBody',
  params: { sha256: 'text' },
  gives: bodies.columns,
  sql: 'SELECT sha256, bytes, compression, body FROM raw_bodies WHERE sha256 = :sha256',
})

/** Counts to a limit, and asks in_time() at each step. */
export const countTo = query({
  name: 'conformance.countTo',
  params: { limit: 'int' },
  gives: { count: 'int' },
  sql: `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :limit AND in_time())
    SELECT count(*) FROM numbers`,
})

/** What the suite opens a store with. */
export const conformanceDefinitions = [
  addSource,
  addNewSource,
  putSource,
  putLane,
  putBody,
  removeSource,
  changeKind,
  copyKind,
  noteSource,
  takeBody,
  stampSource,
  kindIs,
  allSources,
  oneSource,
  oneLane,
  oneBody,
  countTo,
].map((made) => made.definition)

/** A source; all that is not named has one plain value, and the key is its own. */
export function source(id: string, but: Partial<Values<typeof sources.columns>> = {}) {
  return { id, kind: 'site', key: `key of ${id}`, seeds: [], rules: {}, createdAt: 1_000, ...but }
}
