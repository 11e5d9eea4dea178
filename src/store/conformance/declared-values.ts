/** Declarations with a value of every codec, to send each through every place where a value can stand. */
import { command, guard, insert, query, table } from '../declare.ts'
import { bodies, sources } from './declared.ts'

/** Every codec, each with and without null. */
export const everyCodec = {
  text: 'text',
  textOr: 'text?',
  int: 'int',
  intOr: 'int?',
  time: 'time',
  timeOr: 'time?',
  real: 'real',
  realOr: 'real?',
  bool: 'bool',
  boolOr: 'bool?',
  json: 'json',
  jsonOr: 'json?',
  bytes: 'bytes',
  bytesOr: 'bytes?',
} as const

const SAME = `SELECT :text, :textOr, :int, :intOr, :time, :timeOr, :real, :realOr, :bool, :boolOr, :json, :jsonOr,
  :bytes, :bytesOr`

/** A query that gives back what it is given. */
export const same = query({
  name: 'conformance.same',
  params: everyCodec,
  gives: everyCodec,
  sql: SAME,
})

/** A command that gives back what it is given, and changes nothing. */
export const giveSame = command({
  name: 'conformance.giveSame',
  params: everyCodec,
  gives: everyCodec,
  statements: [{ sql: SAME, gives: true }],
})

/** Lanes with a boolean among their columns, which the file keeps as 0 or 1. */
export const switches = table({
  name: 'lanes',
  noun: 'lane',
  key: 'key',
  columns: {
    key: 'text',
    concurrency: 'bool',
    gapMs: 'int',
    nextAt: 'time',
    waitUntil: 'time',
    waitReason: 'text?',
  },
})

/** INSERT of such a lane. */
export const addSwitch = insert(switches)

/** Such lanes that are on, or off. */
export const switchesThat = query({
  name: 'conformance.switchesThat',
  params: { are: 'bool' },
  gives: { key: 'text', concurrency: 'bool', waitReason: 'text?', isNamed: 'bool' },
  sql: `SELECT key, concurrency, wait_reason, wait_reason IS NOT NULL FROM lanes WHERE concurrency = :are ORDER BY key`,
})

/** Holds while a lane's gap and times are these. */
export const laneIs = guard({
  name: 'conformance.laneIs',
  params: { key: 'text', gapMs: 'int', nextAt: 'time' },
  otherwise: 'the lane has other numbers',
  sql: 'SELECT 1 FROM lanes WHERE key = :key AND gap_ms = :gapMs AND next_at = :nextAt',
})

/** Holds while a raw body is these bytes. */
export const bodyIs = guard({
  name: 'conformance.bodyIs',
  params: { sha256: 'text', body: 'bytes' },
  otherwise: 'the raw body has other bytes',
  sql: 'SELECT 1 FROM raw_bodies WHERE sha256 = :sha256 AND body = :body',
})

/** INSERT of a raw body. */
export const addBody = insert(bodies)

/** Writes bytes by hand. */
export const changeBody = command({
  name: 'conformance.changeBody',
  params: { sha256: 'text', body: 'bytes' },
  gives: { sha256: 'text', body: 'bytes' },
  statements: [
    {
      sql: `UPDATE raw_bodies SET body = :body, position = :position WHERE sha256 = :sha256
        RETURNING sha256, body`,
      changes: { noun: 'rawBody', op: 'put', id: 'returning' },
      gives: true,
    },
  ],
})

/** Writes text and JSON by hand, without giving anything back. */
export const changeSource = command({
  name: 'conformance.changeSource',
  params: { id: 'text', kind: 'text', rules: 'json' },
  statements: [
    {
      sql: 'UPDATE sources SET kind = :kind, rules = :rules, position = :position WHERE id = :id',
      changes: { noun: 'source', op: 'put', id: 'id' },
    },
  ],
})

/** The next sources after an id, in the order of ids. */
export const sourcesAfter = query({
  name: 'conformance.sourcesAfter',
  params: { after: 'text', limit: 'int' },
  gives: sources.columns,
  sql: `SELECT id, kind, key, seeds, rules, created_at FROM sources WHERE id > :after ORDER BY id LIMIT :limit`,
})

/** What a database says of the order of ids and of kinds, beside ORDER BY. */
export const idRange = query({
  name: 'conformance.idRange',
  params: { from: 'text', to: 'text' },
  gives: { least: 'text?', most: 'text?', within: 'int', kinds: 'int' },
  sql: `SELECT min(id), max(id), sum(CASE WHEN id >= :from AND id < :to THEN 1 ELSE 0 END), count(DISTINCT kind)
    FROM sources`,
})

/** What is declared here. */
export const valueDefinitions = [
  same,
  giveSame,
  addSwitch,
  switchesThat,
  laneIs,
  bodyIs,
  addBody,
  changeBody,
  changeSource,
  sourcesAfter,
  idRange,
].map((made) => made.definition)
