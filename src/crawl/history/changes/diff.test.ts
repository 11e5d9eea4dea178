/** What changed between two runs, from the versions of each page alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { diffRuns } from './diff.ts'
import { openCrawls, type Plain } from '../../testing/fixture.ts'
import { pageAt } from '../../testing/look.ts'
import { pageOf, send, servePlot } from '../../testing/plot.ts'

async function diffOf({ store }: Plain, before: string, after: string) {
  return Array.fromAsync(diffRuns(store, { before, after }))
}

const marks = (differences: Awaited<ReturnType<typeof diffOf>>, url: string) =>
  Object.fromEntries(differences.map((each) => [each.url.slice(url.length), each.change]))

test('a diff tells what the later run had and the earlier had not, either way round', async (t) => {
  let round = 0
  const site = await servePlot(t, ({ path, response }) => {
    if (path === '/')
      return pageOf('start', ['/same', '/text', '/lost', '/never', ...(round > 0 ? ['/fresh'] : [])])
    if (path === '/never' || (path === '/lost' && round > 0)) return send(response, { status: 404 })
    return pageOf(path === '/text' ? `text ${round}` : path)
  })
  const plain = await openCrawls(t)
  const runs: string[] = []
  for (round = 0; round < 3; round++) runs.push((await plain.crawl(`${site.url}/`)).run)
  const [one = '', two = '', three = ''] = runs
  const missed = {
    '/': 'changed',
    '/fresh': 'new',
    '/lost': 'unchanged',
    '/same': 'unchanged',
    '/text': 'changed',
  }
  assert.deepEqual(marks(await diffOf(plain, one, two), site.url), missed)
  assert.deepEqual(marks(await diffOf(plain, one, three), site.url), { ...missed, '/lost': 'gone' })
  assert.deepEqual(marks(await diffOf(plain, two, three), site.url), {
    '/': 'unchanged',
    '/fresh': 'unchanged',
    '/lost': 'gone',
    '/same': 'unchanged',
    '/text': 'changed',
  })
  const back = marks(await diffOf(plain, three, one), site.url)
  assert.deepEqual([back['/fresh'], back['/lost'], back['/text']], ['gone', 'new', 'changed'])
  const [text] = (await diffOf(plain, one, three)).filter(({ url }) => url.endsWith('/text'))
  const pages = [
    await pageAt(plain.store, one, `${site.url}/text`),
    await pageAt(plain.store, three, `${site.url}/text`),
  ]
  assert.deepEqual(
    [text?.before?.document, text?.after?.document, text?.before?.title, text?.after?.title],
    [pages[0]?.document, pages[1]?.document, 'text 0', 'text 2'],
  )
})

test('what a run did not come to is as it was, and a run is held against itself without a difference', async (t) => {
  let round = 0
  const site = await servePlot(t, ({ path }) => pageOf(`${path} ${round}`, path === '/' ? ['/a', '/b'] : []))
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  round = 1
  const two = await plain.crawl(`${site.url}/`, { maxPages: 1 })
  assert.deepEqual(marks(await diffOf(plain, one.run, two.run), site.url), {
    '/': 'changed',
    '/a': 'unchanged',
    '/b': 'unchanged',
  })
  assert.ok((await diffOf(plain, two.run, two.run)).every(({ change }) => change === 'unchanged'))
})

test('runs of different sources, and runs that are not there, are refused', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path))
  const plain = await openCrawls(t)
  const one = await plain.crawl(`${site.url}/`)
  const two = await plain.crawl(`${site.url}/other`)
  await assert.rejects(diffOf(plain, one.run, two.run), { code: 'Usage', message: /two runs of one source/ })
  await assert.rejects(diffOf(plain, one.run, 'nothing'), { code: 'NotFound', message: /got "nothing"/ })
})

/** What a page does in one run: its text, 404, or an answer that says nothing. */
const STEPS = ['a', 'b', 404, 403] as const

test('whatever a page does from run to run, its changes and each diff are those of a simple model', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom(...STEPS), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (pages) => {
        let round = 0
        const site = await servePlot(t, ({ path, response }) => {
          if (path === '/')
            return pageOf(
              'start',
              pages.map((_, index) => `/${index}`),
            )
          const step = pages[Number(path.slice(1))]?.[round] ?? 404
          return typeof step === 'number' ? send(response, { status: step }) : pageOf(step)
        })
        const plain = await openCrawls(t)
        const runs: string[] = []
        for (round = 0; round < 4; round++) runs.push((await plain.crawl(`${site.url}/`)).run)
        for (const [before, first] of runs.entries()) {
          for (const [after, second] of runs.entries()) {
            const found = marks(await diffOf(plain, first, second), site.url)
            const expected = Object.fromEntries(
              pages.flatMap((steps, index) => {
                const change = expectedChange(stateAfter(steps, before), stateAfter(steps, after))
                return change === null ? [] : [[`/${index}`, change]]
              }),
            )
            assert.deepEqual(found, { '/': 'unchanged', ...expected })
          }
        }
      },
    ),
    { numRuns: 6 },
  )
})

/** The text a page has after a run, by the rule of two misses. */
function stateAfter(steps: readonly (typeof STEPS)[number][], run: number): string | null {
  let text: string | null = null
  let misses = 0
  for (const step of steps.slice(0, run + 1)) {
    if (step === 404) misses++
    if (typeof step === 'string') [text, misses] = [step, 0]
    if (misses >= 2) text = null
  }
  return text
}

function expectedChange(before: string | null, after: string | null): string | null {
  if (before === null) return after === null ? null : 'new'
  if (after === null) return 'gone'
  return before === after ? 'unchanged' : 'changed'
}
