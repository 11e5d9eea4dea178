/**
 * Reads without end, in one of three ways. 'chunks': several reads at once, each begun as one ends, so that one is
 * always open. 'long': each read goes on until its deadline ends it. 'held': a person's statement of which a chunk is
 * taken and the next one never asked for. Says "read COUNT" as it goes on. Arguments: path, way.
 */
import { isMillraceError } from '../../src/model/index.ts'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import { query } from '../../src/store/index.ts'
import { openSqliteReader } from '../../src/store/sqlite/index.ts'

const bodiesAfter = query({
  name: 'wal.bodiesAfter',
  params: { after: 'text', limit: 'int' },
  gives: { sha256: 'text', body: 'bytes' },
  sql: 'SELECT sha256, body FROM raw_bodies WHERE sha256 > :after AND in_time() ORDER BY sha256 LIMIT :limit',
})
/** Touches the table, so that it has a snapshot of it, and then counts for as long as it is let. */
const slowly = query({
  name: 'wal.slowly',
  params: {},
  gives: { count: 'int' },
  sql: `WITH RECURSIVE numbers (n) AS (SELECT count(*) FROM raw_bodies UNION ALL SELECT n + 1 FROM numbers WHERE in_time())
    SELECT count(*) FROM numbers`,
})
const HELD_MS = 3_600_000

const [path = '', way = ''] = process.argv.slice(2)
const reader = await openSqliteReader({
  path,
  definitions: [...conformanceDefinitions, bodiesAfter.definition, slowly.definition],
})
const state = { count: 0 }
const WAYS: Readonly<Record<string, () => Promise<never>>> = { chunks, long, held }
const read = WAYS[way] ?? chunks
await Promise.all([read(), read(), read(), read()])

function note(): void {
  console.log(`read ${++state.count}`)
}

async function chunks(): Promise<never> {
  let after = ''
  for (;;) {
    const rows = await reader.read(bodiesAfter({ after, limit: 200 }))
    after = rows.at(-1)?.sha256 ?? ''
    note()
  }
}

async function long(): Promise<never> {
  for (;;) {
    try {
      await reader.read(slowly({}))
    } catch (error) {
      if (!isMillraceError(error, 'Timeout')) throw error
      note()
    }
  }
}

async function held(): Promise<never> {
  for (;;) {
    const chunks = reader.sql('SELECT a.sha256 FROM raw_bodies a, raw_bodies b')
    await chunks[Symbol.asyncIterator]().next()
    note()
    await new Promise((resolve) => setTimeout(resolve, HELD_MS))
  }
}
