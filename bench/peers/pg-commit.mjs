/** The side of pg in the commit benchmark on Postgres: one prepared INSERT per call over a pool. */
import { parseArgs } from 'node:util'

import { Pool } from 'pg'

import { POOL_SIZE, rowsOf, TABLE } from './bodies-table.mjs'
import { postgresArgs, timedCalls } from '../rig/timed-calls.ts'

const { values } = parseArgs({ options: postgresArgs })
const pool = new Pool({ connectionString: values.db, max: POOL_SIZE })
await pool.query(TABLE)
const next = rowsOf(Number(values.bytes))
const text = 'INSERT INTO raw_bodies (sha256, bytes, compression, body, position) VALUES ($1, $2, $3, $4, $5)'
const result = await timedCalls(values, () => {
  const row = next()
  const given = [row.sha256, row.bytes, row.compression, row.body, row.position]
  return pool.query({ name: 'insert', text, values: given })
})
await pool.end()
process.stdout.write(`${JSON.stringify(result)}\n`)
