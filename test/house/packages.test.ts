import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PACKAGES, packageViolations, storeFsViolations } from './packages.ts'
import { readOwn, readSources, sourceOf } from './sources.ts'

const sources = readSources()
const manifest = JSON.parse(readOwn('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** What the tables say of a file with one import. */
function found(path: string, specifier: string): readonly string[] {
  return packageViolations([sourceOf(path, `import x from '${specifier}'\n`)])
}

/** What the allow-list says of a line in the store. */
function opened(line: string): readonly string[] {
  return storeFsViolations([sourceOf('src/store/sqlite/a.ts', `${line}\n`)])
}

test('each package and builtin is imported only in the folders of the table', () => {
  assert.deepEqual(packageViolations(sources), [])
})

test('an import outside its folders, or of something unlisted, is found', () => {
  assert.deepEqual(found('src/jobs/a.ts', 'node:sqlite'), [
    'src/jobs/a.ts:1 imports node:sqlite: only src/store/sqlite may',
  ])
  assert.deepEqual(found('src/transfer/export/a.ts', 'csv-stringify/sync'), [])
  assert.match(found('src/app/a.ts', 'csv-stringify/sync')[0] ?? '', /only src\/transfer may/)
  assert.match(found('src/app/a.ts', 'fs')[0] ?? '', /not in the table/)
  assert.match(found('src/app/a.ts', '@scope/new/part')[0] ?? '', /not in the table/)
  assert.deepEqual(found('src/jobs/a.test.ts', 'node:sqlite'), [])
  assert.match(found('src/jobs/a.test.ts', 'undici')[0] ?? '', /only src\/crawl\/fetch may/)
})

test('the table has every dependency and no other', () => {
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  assert.deepEqual(Object.keys(PACKAGES).sort(), wanted.sort())
})

test('docs/dependencies.md says why each dependency is here, and names no other', () => {
  const cells = [...readOwn('docs/dependencies.md').matchAll(/^\| ([^|]+)\| *\S[^|]*\|$/gm)]
  const named = cells.flatMap((cell) => (cell[1] ?? '').split(',').map((name) => name.trim()))
  const documented = named.filter((name) => name !== 'package' && !/^-+$/.test(name))
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  assert.deepEqual(documented.sort(), wanted.sort())
})

test('src/store takes from node:fs only what can not open a file', () => {
  assert.deepEqual(storeFsViolations(sources), [])
})

test('opening or reading a file in src/store is found, however it is imported', () => {
  assert.deepEqual(opened("import { openSync, statSync } from 'node:fs'"), [
    'src/store/sqlite/a.ts:1 takes openSync from node:fs',
  ])
  assert.equal(opened("import {\n  readFileSync as stat,\n  existsSync,\n} from 'node:fs'").length, 1)
  assert.equal(opened("import * as fs from 'node:fs'").length, 1)
  assert.equal(opened("import fs from 'node:fs'").length, 1)
  assert.equal(opened("import { open } from 'node:fs/promises'").length, 1)
  assert.equal(opened("const { openSync } = await import('fs')").length, 1)
  assert.deepEqual(opened("import { existsSync, type Stats } from 'node:fs'"), [
    'src/store/sqlite/a.ts:1 takes Stats from node:fs',
  ])
  const inFileProcess = sourceOf(
    'src/store/sqlite/upkeep/place-file.ts',
    "import { openSync, cpSync } from 'node:fs'\n",
  )
  assert.deepEqual(storeFsViolations([inFileProcess]), [
    'src/store/sqlite/upkeep/place-file.ts:1 takes cpSync from node:fs',
  ])
})

test('only the process that handles files loads what can open one', () => {
  const openers = ['copy-file.ts', 'place-file.ts'].map((name) => `src/store/sqlite/upkeep/${name}`)
  const loads = sources.flatMap(({ path, imports }) =>
    path.endsWith('.test.ts')
      ? []
      : imports.filter(({ target }) => openers.includes(target ?? '')).map(() => path),
  )
  assert.deepEqual([...new Set(loads)], ['src/store/sqlite/upkeep/upkeep-child.ts'])
})
