/** A move that is killed at any instant is gone on with, and ends equal: 10 kills; `npm run torture` has 50 and more. */
import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshDatabase } from '../postgres/index.ts'
import { removeTrial } from './crash-trial.ts'
import { migrateTrial } from './migrate-trial.ts'

for (const backend of ['a file', 'Postgres']) {
  test(`a move into ${backend} that is killed 5 times ends equal`, { timeout: 400_000 }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-migrate-'))
    const to = backend === 'a file' ? join(folder, 'to.db') : await freshDatabase(t)
    const { kills, wrong } = await migrateTrial({
      seed: 5,
      kills: 5,
      rows: 600,
      from: join(folder, 'from.db'),
      to,
    })
    assert.deepEqual(wrong, [], `files are kept in ${folder}`)
    assert.equal(kills, 5)
    await removeTrial(folder)
  })
}
