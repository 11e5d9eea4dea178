import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undocumentedExports, unopenedFiles } from './comments.ts'
import { emptyNames, longFiles, wideFolders } from './sizes.ts'
import { readSources, sourceOf, type Source } from './sources.ts'
import { askingSql } from './sql-time.ts'

const sources = readSources()

/** src/jobs with that many entries, and what does not count. */
function folder(width: number): readonly Source[] {
  return [
    ...Array.from({ length: width - 1 }, (_, index) => sourceOf(`src/jobs/a${index}.ts`, '')),
    sourceOf('src/jobs/inner/a.ts', ''),
    sourceOf('src/jobs/inner/b.ts', ''),
    sourceOf('src/jobs/a.test.ts', ''),
    sourceOf('src/jobs/testing/a.ts', ''),
  ]
}

function undocumented(text: string): readonly string[] {
  return undocumentedExports([sourceOf('src/a.ts', text)])
}

function asking(text: string): readonly string[] {
  return askingSql([sourceOf('src/a.ts', text)])
}

test('no file has more than 400 lines', () => {
  assert.deepEqual(longFiles(sources), [])
  assert.deepEqual(longFiles([sourceOf('src/a.ts', 'x\n'.repeat(400))]), [])
  assert.deepEqual(longFiles([sourceOf('src/a.ts', 'x\n'.repeat(401))]), ['src/a.ts has 401 lines'])
})

test('no folder of src has more than 12 entries, tests aside; the exceptions only shrink', () => {
  assert.deepEqual(wideFolders(sources), [])
})

test('a folder that is too wide, or no longer as wide as it may be, is found', () => {
  assert.deepEqual(wideFolders(folder(12), {}), [])
  assert.deepEqual(wideFolders(folder(13), {}), ['src/jobs has 13 entries, at most 12'])
  assert.deepEqual(wideFolders(folder(14), { 'src/jobs': 14 }), [])
  assert.deepEqual(wideFolders(folder(15), { 'src/jobs': 14 }), ['src/jobs has 15 entries, at most 14'])
  assert.equal(wideFolders(folder(13), { 'src/jobs': 14 }).length, 1)
})

test('no file or folder has a name that says nothing', () => {
  assert.deepEqual(emptyNames(sources), [])
  const planted = [
    'src/utils/a.ts',
    'src/jobs/helpers.ts',
    'src/jobs/misc.test.ts',
    'src/app/common-options.ts',
  ]
  assert.equal(emptyNames(planted.map((path) => sourceOf(path, ''))).length, 3)
})

test('every file opens with its reason', () => {
  assert.deepEqual(unopenedFiles(sources), [])
  const planted = [
    sourceOf('src/a.ts', "import './b.ts'\n/** too late */\n"),
    sourceOf('src/b.ts', '#!/usr/bin/env node\n// A reason.\n'),
    sourceOf('src/c.ts', '/** A reason. */\n'),
    sourceOf('src/d.test.ts', "import './c.ts'\n"),
  ]
  assert.deepEqual(unopenedFiles(planted), ['src/a.ts'])
})

test('every exported thing has a doc comment', () => {
  assert.deepEqual(undocumentedExports(sources), [])
})

test('an exported thing without a doc comment directly above it is found', () => {
  assert.deepEqual(undocumented('/** A. */\nexport const a = 1\nexport const b = 2\n'), ['src/a.ts:3 b'])
  assert.deepEqual(undocumented('/** A. */\n\nexport class A {}\n'), ['src/a.ts:3 A'])
  assert.deepEqual(undocumented('/* A. */\nexport async function a() {}\n'), ['src/a.ts:2 a'])
  assert.deepEqual(undocumented('/**\n * A.\n */\nexport interface A {}\n'), [])
  assert.deepEqual(undocumented('const text = `\nexport const a = 1\n`\n'), [])
  assert.deepEqual(undocumented('export type A = 1\n'), ['src/a.ts:1 A'])
})

test('no SQL asks the database for the time or for chance', () => {
  assert.deepEqual(askingSql(sources), [])
})

test('SQL that asks is found in strings and templates, and code that asks a clock is not', () => {
  assert.equal(asking("const sql = 'SELECT now()'").length, 1)
  assert.equal(asking("const sql = `SELECT datetime('now')`").length, 1)
  assert.equal(asking('const sql = `a\nDEFAULT CURRENT_TIMESTAMP`')[0], 'src/a.ts:2 CURRENT_TIMESTAMP')
  assert.equal(asking("const sql = 'ORDER BY random ()'").length, 1)
  assert.deepEqual(asking("// 'now()'\nconst at = clock.now() + `${clock.now()} ${{ a: `:now` }.a}`"), [])
  assert.equal(asking("const sql = `${a ? `${b}` : ''} now()`").length, 1)
})
