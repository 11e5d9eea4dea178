/**
 * A worker of the storm: it opens the store, says "open PROCESS", and at the first line on stdin works on run 'r' until
 * that is drained. It says "end OUTCOME JOB EPOCH" of each try, and "ended HOW" last. Arguments: path or URL, growth.
 */
import { once } from 'node:events'
import { createBus } from '../../src/bus/index.ts'
import { jobsTopic, startWorker } from '../../src/jobs/index.ts'
import { growthStages, type Growth } from '../../src/jobs/testing/crawl-like.ts'
import { testDefinitions } from '../../src/jobs/testing/fixture.ts'
import { fastClock } from './fast-clock.ts'
import { openGround } from './ground.ts'

const [db = '', growth = ''] = process.argv.slice(2)
const store = await openGround(db, { clock: fastClock, definitions: testDefinitions })
const stages = growthStages(JSON.parse(growth) as Growth, fastClock, () => Promise.resolve())
const bus = createBus()
// Retries are due forty times as soon; without hints they would be found by the slow look, once a second.
setInterval(() => stages.forEach(({ kind }) => bus.hint(jobsTopic(kind))), 25).unref()
console.log(`open ${store.process}`)
await once(process.stdin, 'data')
const worker = startWorker({
  store,
  clock: fastClock,
  bus,
  run: 'r',
  stages: stages.map((stage) => ({ stage, concurrency: 8 })),
  onEnd: ({ outcome, job }) => console.log(`end ${outcome} ${job.id} ${job.epoch}`),
})
console.log(`ended ${await worker.ended}`)
await store.close()
process.exit(0)
