/**
 * One measurement of the pool benchmark: so many callers read over a pool of one size. Nine reads of ten are of one row by
 * its key, the tenth of a hundred. With --fill it makes the rows instead.
 */
import { parseArgs } from 'node:util'
import { command, query } from '../../src/store/index.ts'
import { openPostgres, openPostgresReader } from '../../src/store/postgres/index.ts'

const ROWS = 20_000
const ROWS_A_LIST = 100
const LIST_EVERY = 10

const addLanes = command({
  name: 'bench.lanes',
  params: { from: 'int', to: 'int' },
  statements: [
    {
      sql: `INSERT INTO lanes (key, concurrency, gap_ms, next_at, wait_until, position)
        SELECT lpad(number::text, 10, '0'), 1, 0, 0, 0, :position FROM generate_series(:from, :to) AS given (number)`,
    },
  ],
})
const gives = { key: 'text', concurrency: 'int', nextAt: 'int' } as const
const oneLane = query({
  name: 'bench.lane',
  params: { key: 'text' },
  gives,
  sql: 'SELECT key, concurrency, next_at FROM lanes WHERE key = :key',
})
const someLanes = query({
  name: 'bench.some_lanes',
  params: { after: 'text' },
  gives,
  sql: `SELECT key, concurrency, next_at FROM lanes WHERE key > :after ORDER BY key LIMIT ${ROWS_A_LIST}`,
})
const definitions = [addLanes.definition, oneLane.definition, someLanes.definition]

const { values } = parseArgs({
  options: {
    db: { type: 'string', default: 'postgres://127.0.0.1/bench' },
    size: { type: 'string', default: '4' },
    callers: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '2' },
    fill: { type: 'boolean', default: false },
  },
})
if (values.fill) await fill()
else process.stdout.write(`${JSON.stringify(await read())}\n`)

async function fill(): Promise<void> {
  const store = await openPostgres({ url: values.db, definitions })
  await store.commit({ commands: [addLanes({ from: 1, to: ROWS })] })
  await store.close()
}

async function read() {
  const reader = await openPostgresReader({ url: values.db, definitions, poolSize: Number(values.size) })
  const took: number[] = []
  const call = async (until: number, seed: number): Promise<void> => {
    for (let now = performance.now(), at = seed; now < until; at++) {
      const key = String(1 + ((at * 7_919) % (ROWS - ROWS_A_LIST))).padStart(10, '0')
      await reader.read(at % LIST_EVERY === 0 ? someLanes({ after: key }) : oneLane({ key }))
      const ended = performance.now()
      took.push(ended - now)
      now = ended
    }
  }
  const all = (ms: number) => {
    const until = performance.now() + ms
    return Promise.all(Array.from({ length: Number(values.callers) }, (_, seed) => call(until, seed * 31)))
  }
  // Sessions are opened and statements prepared before it counts.
  await all(Number(values.seconds) * 250)
  took.length = 0
  const startedAt = performance.now()
  await all(Number(values.seconds) * 1_000)
  const seconds = (performance.now() - startedAt) / 1_000
  await reader.close()
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor((took.length - 1) * share)] ?? Number.NaN
  return { readsPerSecond: took.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}
