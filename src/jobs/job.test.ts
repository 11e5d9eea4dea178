/** The state machine of a job, played at random on a real store and in a model: both must agree after every step. */
import { test } from 'node:test'
import * as fc from 'fast-check'
import { IS_ON_POSTGRES } from '../store/testing/index.ts'
import { openJobs } from './testing/fixture.ts'
import { SETTLES } from './testing/job-model.ts'
import { LANES, Play, PROCESSES, type Step } from './testing/job-play.ts'

const kind = fc.constantFrom('k', 'j')
const lane = fc.constantFrom(...(Object.keys(LANES) as (keyof typeof LANES)[]))
const process = fc.constantFrom(...PROCESSES)
const priority = fc.nat({ max: 3 })
const inMs = fc.constantFrom(0, 500, 1_000, 3_000)
const byMs = fc.constantFrom(0, 500, 1_000, 3_000, 30_000)
const keys = fc.array(fc.constantFrom('1', '2', '3', '4', '5', '6'), { minLength: 1, maxLength: 4 })
const limit = fc.integer({ min: 1, max: 4 })
/** Of all tries there ever were, the newest is 0 back: often the current one of its job, often not. */
const back = fc.nat({ max: 12 })
const how = fc.constantFrom(...SETTLES)

function when<Does extends Step['does'], Rest extends object>(
  does: Does,
  weight: number,
  rest: { [Name in keyof Rest]: fc.Arbitrary<Rest[Name]> },
) {
  return { weight, arbitrary: fc.record({ does: fc.constant(does), ...rest }) }
}

const step = fc.oneof(
  when('offer', 5, { keys, kind, lane, priority, inMs }),
  when('claim', 8, { kind, process, limit, priorityMax: priority, inMs }),
  when('settle', 8, { back, how, inMs }),
  when('rescue process', 3, { process }),
  when('crash thrice', 2, { kind, process, limit }),
  when('rescue leases', 2, {}),
  when('beat', 2, { process, inMs }),
  when('move', 4, { byMs }),
  when('wait lane', 2, { lane, inMs }),
  when('fail lane', 2, { lane, times: fc.constantFrom(1, 5), agoMs: fc.constantFrom(0, 30_000) }),
  when('answer lane', 1, { lane }),
  when('cancel', 1, {}),
) as fc.Arbitrary<Step>

test('jobs do what their model does, whatever is offered, claimed, settled, rescued and cancelled', async (t) => {
  const opened = await openJobs(t)
  let plays = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }), async (steps) => {
      const play = new Play(opened, `${plays++} `)
      await play.start()
      try {
        for (const taken of steps) await play.take(taken)
      } finally {
        await play.end()
      }
    }),
    { numRuns: IS_ON_POSTGRES ? 40 : 150 },
  )
})
