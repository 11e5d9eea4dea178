/** docs/figures.md and the code name the same figures. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOwn, readSources } from '../house/sources.ts'

const NOTED = /meter\.(?:count|level|note|spread)\(\s*(?:'([^']+)'|`([^`$]+)\$\{)/g

test('every figure that is noted is explained, and none is explained that nobody notes', () => {
  const texts = readSources().filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'))
  const found = texts.flatMap(({ text }) => [...text.matchAll(NOTED)])
  const names = new Set(found.flatMap(([, name]) => (name === undefined ? [] : [name])))
  // Where the end of a name is that of an outcome, the page lists each.
  const stems = new Set(found.flatMap(([, , stem]) => (stem === undefined ? [] : [stem])))
  const explained = [...readOwn('docs/figures.md').matchAll(/^\| `([^`]+)`/gm)].map((row) => row[1] ?? '')
  assert.ok(names.size > 10, 'figures were found')
  for (const name of names) assert.ok(explained.includes(name), `${name} is not in docs/figures.md`)
  for (const stem of stems)
    assert.ok(
      explained.some((name) => name.startsWith(stem)),
      `${stem}* is not explained`,
    )
  const unknown = explained.filter(
    (name) => !names.has(name) && ![...stems].some((stem) => name.startsWith(stem)),
  )
  assert.deepEqual(unknown, [])
})
