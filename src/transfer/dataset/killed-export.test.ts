/** kill -9 in the middle of an export: the old one stands, and the next export leaves nothing of the killed one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { FORMATS, type FormatName } from '../formats/index.ts'
import { openStore, writeBoth, writeWithBody } from '../testing/fixture.ts'
import { exportDataset } from './export-dataset.ts'
import { kindFor } from './kind-for.ts'

const CHILD = fileURLToPath(new URL('../testing/export-child.ts', import.meta.url))

async function killWhenStuck(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  assert.equal(String(said), 'stuck\n')
  child.kill('SIGKILL')
  await once(child, 'close')
}

for (const format of Object.keys(FORMATS) as FormatName[]) {
  test(`${format}: a killed export leaves the old one as it was, and the next clears up after it`, async (t) => {
    const { store, path, folder } = await openStore(t)
    await store.commit({ commands: [...writeBoth('a'), ...writeWithBody({ id: 'b' }, 'body')] })
    const sets = join(folder, 'sets')
    mkdirSync(sets)
    const request = { format, kind: kindFor(format, undefined), millrace: '1' }
    const place = { out: join(sets, 'set'), createdAt: 0 }
    await killWhenStuck([path, format, place.out])
    assert.equal(readdirSync(sets).length, 1)
    assert.match(readdirSync(sets)[0] ?? '', /^\.set\..*\.tmp$/)

    await exportDataset(store, request, place)
    const whole = readdirSync(sets).sort()
    assert.deepEqual(whole, FORMATS[format].shape === 'folder' ? ['set'] : ['set', 'set.manifest.json'])

    await killWhenStuck([path, format, place.out])
    assert.deepEqual(readdirSync(sets).sort().slice(1), whole)
    await exportDataset(store, request, place)
    assert.deepEqual(readdirSync(sets).sort(), whole)
  })
}
