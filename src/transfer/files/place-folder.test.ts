/** A folder is whole or as it was, and nobody else's folder is touched. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { collect } from '../testing/fixture.ts'
import { fillFolder, type FolderEntry } from './fill-folder.ts'
import { placeFolder } from './place-folder.ts'

function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-place-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const ours = { isOurs: () => Promise.resolve(true) }
const theirs = { isOurs: () => Promise.resolve(false) }
const fillNothing = () => assert.fail('nothing may be written')
const fillWith = (text: string) => (folder: string) => writeFile(join(folder, 'file'), text)

test('a new folder is there whole, and nothing beside it', async (t) => {
  const folder = freshFolder(t)
  await placeFolder(join(folder, 'out'), { fill: fillWith('new'), ...theirs })
  assert.deepEqual(readdirSync(folder), ['out'])
  assert.equal(readFileSync(join(folder, 'out/file'), 'utf8'), 'new')
})

test('an earlier one of ours is replaced; until then it stays', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  await placeFolder(out, { fill: fillWith('old'), ...ours })
  const seen: string[] = []
  const fill = async (inside: string) => {
    await fillWith('new')(inside)
    seen.push(readFileSync(join(out, 'file'), 'utf8'))
  }
  await placeFolder(out, { fill, ...ours })
  assert.deepEqual(seen, ['old'])
  assert.equal(readFileSync(join(out, 'file'), 'utf8'), 'new')
  assert.deepEqual(readdirSync(folder), ['out'])
})

test("somebody else's folder is refused before anything is written; an empty one is taken", async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  mkdirSync(out)
  await placeFolder(out, { fill: fillWith('first'), ...theirs })
  await assert.rejects(placeFolder(out, { fill: fillNothing, ...theirs }), { code: 'CannotCreate' })
  assert.equal(readFileSync(join(out, 'file'), 'utf8'), 'first')
})

test('a folder that became somebody else’s meanwhile is refused too', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  const fill = async (inside: string) => {
    await fillWith('new')(inside)
    mkdirSync(out)
    writeFileSync(join(out, 'theirs'), '')
  }
  await assert.rejects(placeFolder(out, { fill, ...theirs }), { code: 'CannotCreate' })
  assert.deepEqual([readdirSync(folder), readdirSync(out)], [['out'], ['theirs']])
})

test('when filling fails, its error comes out and the old folder stays', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  await placeFolder(out, { fill: fillWith('old'), ...ours })
  const failure = new Error('no more rows')
  const fill = async (inside: string) => {
    await fillWith('half')(inside)
    throw failure
  }
  await assert.rejects(placeFolder(out, { fill, ...ours }), { cause: failure })
  assert.equal(readFileSync(join(out, 'file'), 'utf8'), 'old')
  assert.deepEqual(readdirSync(folder), ['out'])
})

test('a file in its place, a missing folder and a file as folder are CannotCreate', async (t) => {
  const folder = freshFolder(t)
  writeFileSync(join(folder, 'file'), '')
  for (const name of ['file', 'missing/out', 'file/out'])
    await assert.rejects(placeFolder(join(folder, name), { fill: fillWith(''), ...ours }), {
      code: 'CannotCreate',
    })
  assert.deepEqual(readdirSync(folder), ['file'])
})

test('exports to one place at once leave one of them, whole', async (t) => {
  const folder = freshFolder(t)
  const out = join(folder, 'out')
  const texts = ['a', 'b', 'c']
  await Promise.all(texts.map((text) => placeFolder(out, { fill: fillWith(text), ...ours })))
  assert.ok(texts.includes(readFileSync(join(out, 'file'), 'utf8')))
  assert.deepEqual(readdirSync(folder), ['out'])
})

async function* entriesOf(...entries: readonly FolderEntry[]): AsyncGenerator<FolderEntry> {
  yield* entries
}

test('the index is in the order of the entries, and a file that two of them name is there once', async (t) => {
  const folder = freshFolder(t)
  const content = Buffer.from('same')
  const shared = { path: 'a/b', content, isNamedByContent: true }
  const entries = entriesOf(
    { ...shared, index: { n: 1 } },
    { index: { n: 2 } },
    { ...shared, index: { n: 3 } },
  )
  const filled = { files: 0, bytes: 0 }
  assert.equal((await collect(fillFolder(folder, entries, filled))).join(''), '{"n":1}\n{"n":2}\n{"n":3}\n')
  assert.deepEqual(filled, { files: 1, bytes: 4 })
  assert.equal(readFileSync(join(folder, 'a/b'), 'utf8'), 'same')
})

test('two documents with one path are a fault, not one document', async (t) => {
  const folder = freshFolder(t)
  const entry = { path: 'a', content: Buffer.from(''), index: {} }
  const filling = fillFolder(folder, entriesOf(entry, entry), { files: 0, bytes: 0 })
  await assert.rejects(collect(filling), { code: 'Fault' })
})
