/** Reading stored pages again, killed again and again, adds what an undisturbed reading adds. */
import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { removeTrial } from './crash-trial.ts'
import { reExtractTrial } from './re-extract-trial.ts'

test(
  're-extract killed 5 times ends in the documents of one that was not',
  { timeout: 400_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-re-extract-'))
    const { hits, differences } = await reExtractTrial({ seed: 4, kills: 5, pages: 400, folder })
    assert.deepEqual(differences, [], `files are kept in ${folder}`)
    assert.ok(hits >= 2, `only ${hits} kills came before the end`)
    await removeTrial(folder)
  },
)
