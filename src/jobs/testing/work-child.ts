/**
 * A worker on run 'r' of the database named. It says when it ends, and how. Its clock runs a hundred times as fast, and
 * hints come often instead of the slow look, so that retries come soon. With 'hang' it stops answering, and says so, when it has tried a few jobs.
 */
import { createBus } from '../../bus/index.ts'
import { systemClock } from '../../model/index.ts'
import { openTestStore } from '../../store/testing/index.ts'
import { jobsTopic, startWorker } from '../worker/index.ts'
import { growthStages, type Growth } from './crawl-like.ts'
import { START_AT, testDefinitions } from './fixture.ts'

const [path = '', growth = '', mode = ''] = process.argv.slice(2)
const clock = { now: () => START_AT + Math.floor((systemClock.now() - START_AT) * 100) }
const store = await openTestStore({ path, clock, definitions: testDefinitions })
const hang = Promise.withResolvers<void>()
let tries = 0
const stages = growthStages(JSON.parse(growth) as Growth, clock, async () => {
  if (mode !== 'hang' || ++tries < 20) return
  process.stdout.write('hangs\n')
  await hang.promise
})
const bus = createBus()
setInterval(() => stages.forEach(({ kind }) => bus.hint(jobsTopic(kind))), 10).unref()
const worker = startWorker({
  store,
  clock,
  bus,
  run: 'r',
  stages: stages.map((stage) => ({ stage, concurrency: 8 })),
})
process.stdout.write(`${await worker.ended}\n`)
await store.close()
