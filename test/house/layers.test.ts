import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importCycles } from './cycles.ts'
import { layerViolations, ROWS } from './layers.ts'
import { readSources, sourceOf } from './sources.ts'

const sources = readSources()

/** What the rule says of one file among empty ones that it can import. */
function judged(path: string, line: string, ...others: readonly string[]): readonly string[] {
  const files = [sourceOf(path, `/** x */\n${line}\n`), ...others.map((other) => sourceOf(other, ''))]
  return layerViolations(files).map((violation) => violation.split(': ').at(-1) ?? '')
}

test('imports go strictly downward, and only through a folder’s index.ts', () => {
  assert.deepEqual(layerViolations(sources), [])
})

test('every folder of src has its row', () => {
  const folders = sources.flatMap(({ path }) => /^src\/([^/]+)\//.exec(path)?.[1] ?? [])
  assert.deepEqual(
    [...new Set(folders)].filter((folder) => ROWS[folder] === undefined),
    [],
  )
})

test('an import up or sideways is found, also of types and when it is dynamic', () => {
  const up = ['store (row 2) may not know jobs (row 3)']
  assert.deepEqual(judged('src/store/a.ts', "import { b } from '../jobs/index.ts'", 'src/jobs/index.ts'), up)
  assert.deepEqual(
    judged('src/store/a.ts', "import type { B } from '../jobs/index.ts'", 'src/jobs/index.ts'),
    up,
  )
  assert.deepEqual(judged('src/store/a.ts', "export { b } from '../jobs/index.ts'", 'src/jobs/index.ts'), up)
  assert.deepEqual(
    judged('src/store/a.ts', "import {\n  b,\n  c,\n} from '../jobs/index.ts'", 'src/jobs/index.ts'),
    up,
  )
  assert.deepEqual(
    judged('src/store/a.ts', "const b = await import('../jobs/index.ts')", 'src/jobs/index.ts'),
    up,
  )
  assert.deepEqual(judged('src/store/a.ts', "type B = import('../jobs/index.ts').B", 'src/jobs/index.ts'), up)
  assert.deepEqual(judged('src/crawl/a.ts', "import '../search/index.ts'", 'src/search/index.ts'), [
    'crawl (row 4) may not know search (row 4)',
  ])
  assert.deepEqual(judged('src/app/a.ts', "import '../index.ts'", 'src/index.ts'), [
    'app (row 6) may not know  (row 7)',
  ])
})

test('an import past a folder’s index.ts is found, also within one top folder', () => {
  assert.deepEqual(judged('src/jobs/a.ts', "import '../store/codec.ts'", 'src/store/codec.ts'), [
    'a folder is entered through its index.ts',
  ])
  assert.deepEqual(
    judged('src/crawl/a.ts', "import './html/b.ts'", 'src/crawl/html/b.ts', 'src/crawl/html/index.ts'),
    ['src/crawl/html is entered through its index.ts'],
  )
  assert.deepEqual(judged('src/crawl/html/a.ts', "import './b.ts'", 'src/crawl/html/b.ts'), [])
  assert.deepEqual(judged('src/crawl/html/a.ts', "import '../page.ts'", 'src/crawl/page.ts'), [])
  assert.deepEqual(judged('src/jobs/a.ts', "import '../store/index.ts'", 'src/store/index.ts'), [])
})

test('only app and tests name a concrete adapter', () => {
  const line = "import { openSqlite } from '../store/sqlite/index.ts'"
  const door = 'src/store/sqlite/index.ts'
  assert.deepEqual(judged('src/jobs/a.ts', line, door), ['only app may name src/store/sqlite'])
  assert.deepEqual(judged('src/app/a.ts', line, door), [])
  assert.deepEqual(judged('src/jobs/a.test.ts', line, door), [])
  assert.deepEqual(judged('src/jobs/testing/a.ts', "import '../../store/sqlite/index.ts'", door), [])
})

test('a test reaches into its own folder and down, and nobody reaches into tests', () => {
  const page = 'src/crawl/page.ts'
  assert.deepEqual(judged('src/crawl/html/a.test.ts', "import '../page.ts'", page), [])
  assert.deepEqual(judged('src/jobs/a.test.ts', "import '../crawl/index.ts'", 'src/crawl/index.ts'), [
    'jobs (row 3) may not know crawl (row 4)',
  ])
  assert.deepEqual(
    judged('src/crawl/a.test.ts', "import '../../test/site/index.ts'", 'test/site/index.ts'),
    [],
  )
  assert.deepEqual(judged('src/crawl/a.ts', "import '../../test/site/index.ts'", 'test/site/index.ts'), [
    'the product imports nothing outside src',
  ])
  assert.deepEqual(judged('src/crawl/a.ts', "import './testing/b.ts'", 'src/crawl/testing/b.ts'), [
    'the product imports nothing made for tests',
  ])
})

test('an import of no file is found, and one in a comment or a template is none', () => {
  assert.deepEqual(judged('src/jobs/a.ts', "import './gone.ts'"), ['there is no such file'])
  assert.deepEqual(judged('src/jobs/a.ts', "// import './gone.ts'\nconst a = `\nimport './gone.ts'\n`"), [])
})

test('no two files need each other to be read, types included', () => {
  assert.deepEqual(importCycles(sources), [])
})

test('a cycle is found, however long and whatever it imports', () => {
  const ring = [
    sourceOf('src/a.ts', "import './b.ts'"),
    sourceOf('src/b.ts', "import type { C } from './c.ts'\n"),
    sourceOf('src/c.ts', "export { a } from './a.ts'\n"),
    sourceOf('src/d.ts', "import './a.ts'"),
  ]
  assert.deepEqual(importCycles(ring), ['src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts'])
  assert.deepEqual(importCycles(ring.slice(1)), [])
})
