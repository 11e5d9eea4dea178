/** Every statement that is declared is one that Postgres can run, as it is and as the writer wraps it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusters } from '../../src/crawl/duplicates/testing/fixture.ts'
import { crawlDefinitions } from '../../src/crawl/index.ts'
import { jobDefinitions } from '../../src/jobs/index.ts'
import { testDefinitions as jobTestDefinitions } from '../../src/jobs/testing/fixture.ts'
import { searchDefinitions } from '../../src/search/index.ts'
import { testDefinitions as searchTestDefinitions } from '../../src/search/testing/fixture.ts'
import { catalogOf, type CompiledStatement } from '../../src/store/catalog.ts'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import type { Definition } from '../../src/store/index.ts'
import { connectorOf, type Connection } from '../../src/store/postgres/connect/index.ts'
import { migrate } from '../../src/store/postgres/migrations/migrate.ts'
import { migrations } from '../../src/store/postgres/migrations/index.ts'
import { engineQueries } from '../../src/store/reading/index.ts'
import { transferDefinitions } from '../../src/transfer/index.ts'
import { freshDatabase } from './index.ts'

/** Lists that are opened together: a name may stand in several of them. */
const LISTS: Readonly<Record<string, readonly Definition[]>> = {
  product: [
    ...engineQueries,
    ...jobDefinitions,
    ...crawlDefinitions,
    ...searchDefinitions,
    ...transferDefinitions,
  ],
  conformance: conformanceDefinitions,
  'tests of jobs': jobTestDefinitions,
  'tests of search': searchTestDefinitions,
  'tests of duplicates': [clusters.definition],
}

const PARAMETER = /\$(\d+)::/g

/** The statement as a command's is sent: what it changed comes back beside what it gives. */
function wrapped({ sql }: CompiledStatement): string {
  const returns = /\bRETURNING\b/.test(sql) ? '' : ' RETURNING 1'
  return `WITH done AS (${sql}${returns}) SELECT count(*) FROM done`
}

async function refusalOf(connection: Connection, text: string): Promise<string | undefined> {
  // A table that a test makes for itself can not be prepared; what follows it needs it.
  const isTable = text.startsWith('CREATE')
  try {
    await connection.run({ text: isTable ? text : `PREPARE tried AS ${text}` })
    if (!isTable) await connection.run({ text: 'DEALLOCATE tried' })
    return undefined
  } catch (error) {
    return `${text}\n${String(error)}`
  }
}

for (const [what, definitions] of Object.entries(LISTS)) {
  test(`Postgres takes every statement of: ${what}`, async (t) => {
    const connector = connectorOf({ url: await freshDatabase(t) })
    t.after(() => connector.close())
    const connection = await connector.connect('write')
    await migrate(connection, migrations, 0)
    await connection.run({ text: 'SET default_transaction_read_only = off' })
    const refused: string[] = []
    let tried = 0
    for (const { name, statements } of catalogOf(definitions, 'postgres').compiled) {
      for (const statement of statements) {
        const texts = [statement.sql, ...(statement.noun === null ? [] : [wrapped(statement)])]
        for (const text of texts) {
          const refusal = await refusalOf(connection, text)
          if (refusal !== undefined) refused.push(`${name}: ${refusal}`)
        }
        const places = new Set([...statement.sql.matchAll(PARAMETER)].map(([, place]) => Number(place)))
        assert.equal(places.size, statement.binds.length, `${name}: a parameter that is bound and not named`)
        tried++
      }
    }
    assert.deepEqual(refused, [])
    assert.ok(tried >= definitions.length)
  })
}
