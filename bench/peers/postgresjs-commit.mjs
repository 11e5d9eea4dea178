/** The side of postgres.js in the commit benchmark on Postgres: one prepared INSERT per call over a pool. */
import { parseArgs } from 'node:util'

import postgres from 'postgres'

import { POOL_SIZE, rowsOf, TABLE } from './bodies-table.mjs'
import { postgresArgs, timedCalls } from '../rig/timed-calls.ts'

const { values } = parseArgs({ options: postgresArgs })
const sql = postgres(values.db, { max: POOL_SIZE })
await sql.unsafe(TABLE)
const next = rowsOf(Number(values.bytes))
const result = await timedCalls(values, () => {
  const row = next()
  return sql`INSERT INTO raw_bodies (sha256, bytes, compression, body, position)
    VALUES (${row.sha256}, ${row.bytes}, ${row.compression}, ${row.body}, ${row.position})`
})
await sql.end()
process.stdout.write(`${JSON.stringify(result)}\n`)
