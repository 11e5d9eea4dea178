/** An append that failed leaves nothing of itself. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LineFile } from './line-file.ts'

/** A handle whose next append writes half of what it was given and then fails as a full disk does. */
function failingOnce(handle: FileHandle): FileHandle {
  let hasFailed = false
  return new Proxy(handle, {
    get(target, name) {
      if (name !== 'appendFile' || hasFailed) {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async (bytes: Buffer) => {
        hasFailed = true
        await target.appendFile(bytes.subarray(0, bytes.length / 2))
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      }
    },
  })
}

for (const next of ['append', 'close'] as const) {
  test(`the half of a failed append is cut by the next ${next}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-lines-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'out')
    const file = new LineFile(failingOnce(await open(path, 'a+')), 0)
    await assert.rejects(file.append('first line\n'), { code: 'ENOSPC' })
    assert.equal(readFileSync(path, 'utf8'), 'first')
    if (next === 'append') await file.append('first line\n')
    await file.close()
    assert.equal(readFileSync(path, 'utf8'), next === 'append' ? 'first line\n' : '')
  })
}
