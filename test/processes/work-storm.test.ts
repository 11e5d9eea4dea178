/** Many workers of one run, killed and stopped at seeded moments; `npm run torture` goes on with fresh seeds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshFolder } from '../../src/store/conformance/index.ts'
import { freshDatabase } from '../postgres/index.ts'
import { databaseGround, fileGround } from './ground.ts'
import { workStorm } from './work-storm.ts'

test(
  'of eight workers some are killed and some stopped until others take over: each effect is there once, and each late end is fenced',
  {
    timeout: 200_000,
  },
  async (t) => {
    const storm = await workStorm({ seed: 1, kills: 4, stops: 4, ground: fileGround(freshFolder(t)) })
    t.diagnostic(JSON.stringify(storm))
    assert.deepEqual(storm.wrong, [])
    assert.ok(storm.kills > 0 && storm.stops > 0 && storm.takenOver > 0)
  },
)

test(
  'of four workers on one database one is killed and one stopped: each effect is there once',
  { timeout: 200_000 },
  async (t) => {
    const ground = await databaseGround(await freshDatabase(t))
    t.after(() => ground.end())
    const storm = await workStorm({ seed: 1, kills: 1, stops: 1, ground })
    t.diagnostic(JSON.stringify(storm))
    assert.deepEqual(storm.wrong, [])
    assert.ok(storm.kills > 0 && storm.stops > 0 && storm.takenOver > 0)
  },
)
