/** The promise, tried: 100 kills, each survived by a fresh process, and the same dataset in the end. */
import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshDatabase } from '../postgres/index.ts'
import { crashTrial, removeTrial } from './crash-trial.ts'
import { recrawlTrial } from './recrawl-trial.ts'

const TRIALS = [
  { seed: 1, kills: 40, pages: 120 },
  { seed: 2, kills: 40, pages: 120 },
  { seed: 3, kills: 20, pages: 200 },
]

for (const { seed, kills, pages } of TRIALS) {
  test(
    `a crawl killed ${kills} times (seed ${seed}) ends in the dataset of one that was not`,
    { timeout: 400_000 },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-crash-'))
      const { differences, refetched, refetchedMax } = await crashTrial({ seed, kills, pages, folder })
      assert.deepEqual(differences, [], `files are kept in ${folder}`)
      assert.ok(
        refetched <= refetchedMax,
        `${refetched} URLs were fetched again; ${kills} kills explain ${refetchedMax}`,
      )
      await removeTrial(folder)
    },
  )
}

test(
  'a crawl into Postgres killed 8 times (seed 5) ends in the dataset of one that was not',
  { timeout: 400_000 },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-crash-'))
    const databases = [await freshDatabase(t), await freshDatabase(t)] as const
    const trial = await crashTrial({ seed: 5, kills: 8, pages: 90, folder, databases })
    assert.deepEqual(trial.differences, [], `files are kept in ${folder}`)
    assert.ok(trial.refetched <= trial.refetchedMax, `${trial.refetched} of ${trial.refetchedMax}`)
    await removeTrial(folder)
  },
)

test(
  'incremental runs killed 4 times each say of every page what those of an undisturbed crawl say',
  { timeout: 400_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-crash-'))
    const { differences, kills, refetched, refetchedMax } = await recrawlTrial({
      seed: 4,
      kills: 4,
      pages: 80,
      folder,
    })
    assert.deepEqual(differences, [], `files are kept in ${folder}`)
    assert.ok(kills > 4, 'it was killed in both runs')
    assert.ok(refetched <= refetchedMax, `${refetched} requests more; ${kills} kills explain ${refetchedMax}`)
    await removeTrial(folder)
  },
)
