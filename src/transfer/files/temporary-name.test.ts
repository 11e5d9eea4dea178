/** What a killed export left is cleared; what another is writing is not touched. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { sweepLeftovers, temporaryPath, type TemporaryKind } from './temporary-name.ts'

function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-names-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The name that a process of this machine that has ended would have used. */
function leftBehind(path: string, kind: TemporaryKind): string {
  const { pid } = spawnSync(process.execPath, ['--version'])
  return temporaryPath(path, kind).replace(`.${process.pid}-`, `.${pid}-`)
}

test('files and folders of a process that has ended are removed', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  writeFileSync(out, 'whole')
  writeFileSync(leftBehind(out, 'tmp'), 'half')
  mkdirSync(join(leftBehind(out, 'tmp'), 'deep'), { recursive: true })
  writeFileSync(leftBehind(out, 'old'), 'replaced')
  await sweepLeftovers(out)
  assert.deepEqual(readdirSync(folder), ['out'])
  assert.equal(readFileSync(out, 'utf8'), 'whole')
})

test('what stood there is put back when the export was killed before the new took its place', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  writeFileSync(leftBehind(out, 'old'), 'before')
  writeFileSync(leftBehind(out, 'tmp'), 'new')
  await sweepLeftovers(out)
  assert.deepEqual(readdirSync(folder), ['out'])
  assert.equal(readFileSync(out, 'utf8'), 'before')
})

test('what belongs to a living process, another machine, another name or somebody else stays', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  const names = [
    basename(temporaryPath(out, 'tmp')),
    basename(leftBehind(out, 'tmp')).replace(/-[\da-f]{8}/, '-00000000'),
    basename(leftBehind(join(folder, 'out.2'), 'tmp')),
    '.out.notes.tmp',
    'out.tmp',
  ].sort()
  for (const name of names) writeFileSync(join(folder, name), '')
  await sweepLeftovers(out)
  assert.deepEqual(readdirSync(folder).sort(), names)
})
