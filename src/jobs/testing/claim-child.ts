/** Claims all jobs of run 'r' and kind 'k' in the database named, says so, and lives on until it is killed. */
import { openTestStore } from '../../store/testing/index.ts'
import { claimJobs, handClock, testDefinitions } from './fixture.ts'

const clock = handClock()
const store = await openTestStore({ path: process.argv[2] ?? '', clock, definitions: testDefinitions })
const jobs = await claimJobs({ store, clock })
process.stdout.write(`${JSON.stringify({ process: store.process, jobs })}\n`)
