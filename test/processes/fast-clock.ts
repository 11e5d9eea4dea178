/** A clock that runs forty times as fast, so that a lease of a minute is over in a second and a half. */
import type { Clock } from '../../src/model/index.ts'
import { systemClock } from '../../src/model/index.ts'
import { START_AT } from '../../src/jobs/testing/fixture.ts'

const SPEED = 40

/** The same time in every process. */
export const fastClock: Clock = {
  now: () => START_AT + Math.floor((systemClock.now() - START_AT) * SPEED),
}
