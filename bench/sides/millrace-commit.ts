/**
 * Millrace's side of the commit benchmark: many callers, each awaiting the power-safe receipt of a real unit (the guard
 * that a job is still held, a row with a body, its change row) before it hands over the next.
 */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { newId } from '../../src/model/index.ts'
import { guard, insert, command, table } from '../../src/store/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '1000' },
    units: { type: 'string', default: '100000' },
    callers: { type: 'string', default: '512' },
    db: { type: 'string', default: 'millrace-commit.db' },
  },
})
const units = Number(values.units)
const body = randomBytes(Number(values.bytes))

const bodies = table({
  name: 'raw_bodies',
  noun: 'raw body',
  key: 'sha256',
  columns: { sha256: 'text', bytes: 'int', compression: 'text', body: 'bytes' },
})
const addBody = insert(bodies)
const held = guard({
  name: 'bench.held',
  params: { id: 'text', epoch: 'int' },
  otherwise: 'the job is not held',
  sqlite: "SELECT 1 FROM jobs WHERE id = :id AND epoch = :epoch AND state = 'running'",
})
const addJob = command({
  name: 'bench.job',
  params: { id: 'text' },
  sqlite: [
    {
      sql: `INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts, attempts_max,
          waits, crashes, crashes_alone, epoch, created_at, position)
        VALUES (:id, 'bench', 'bench', 'bench', 'bench', 'running', 0, 0, '{}', 0, 1, 0, 0, 0, 7, :now, :position)`,
      changes: { noun: 'job', op: 'put', id: 'id' },
    },
  ],
})

const definitions = [addBody.definition, held.definition, addJob.definition]
await using store = await openSqlite({ path: values.db, definitions })
const job = newId(Date.now())
await store.commit({ commands: [addJob({ id: job })] })

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const startedAt = performance.now()
let handedOver = 0
await Promise.all(Array.from({ length: Number(values.callers) }, call))
const seconds = (performance.now() - startedAt) / 1_000
delay.disable()

const eventLoopP99Ms = delay.percentile(99) / 1e6
const sqlite = process.versions['sqlite']
process.stdout.write(`${JSON.stringify({ unitsPerSecond: units / seconds, eventLoopP99Ms, sqlite })}\n`)

async function call(): Promise<void> {
  while (handedOver < units) {
    handedOver++
    const row = { sha256: newId(Date.now()), bytes: body.byteLength, compression: 'none', body }
    await store.commit({ commands: [addBody(row)], guards: [held({ id: job, epoch: 7 })] })
  }
}
