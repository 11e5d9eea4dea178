/** Depth is the shortest known one, in whatever order the pages come. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { seededRandom } from '../../test/site/index.ts'
import { IS_ON_POSTGRES } from '../store/testing/index.ts'
import { openCrawls, type Plain } from './testing/fixture.ts'
import { jobsOf, pagesOf } from './testing/look.ts'
import { pageOf, redirect, send, servePlot, type Visit } from './testing/plot.ts'

/** Depth of each path a run knows, under a prefix that is cut off. */
async function depthsOf({ store }: Plain, run: string, prefix: string) {
  const jobs = await jobsOf(store, run)
  return Object.fromEntries(jobs.map((job) => [job.uniqueKey.slice(prefix.length), job.priority]))
}

type Links = Readonly<Record<string, readonly string[]>>

/** A site on which /near is answered only after the job of the path `after` was settled, and what tells it of that. */
async function serveLateShortcut(t: TestContext, links: Links, after: string) {
  const settled = Promise.withResolvers<void>()
  const site = await servePlot(t, ({ path, response }) => {
    if (path.startsWith('/hop/')) return redirect(response, `/hop/${Number(path.slice('/hop/'.length)) + 1}`)
    if (path !== '/near') return pageOf(path, links[path])
    void settled.promise.then(() => send(response, { html: pageOf(path, links[path]) }))
    return null
  })
  const onEnd = ({ job }: { readonly job: { readonly uniqueKey: string } }) => {
    if (job.uniqueKey === site.url + after) settled.resolve()
  }
  return { site, onEnd }
}

test('a page that is found nearer to a seed after it was fetched hands the smaller depth on', async (t) => {
  const links: Links = {
    '/': ['/near', '/1'],
    '/1': ['/2'],
    '/2': ['/3'],
    '/3': ['/4'],
    '/4': ['/5'],
    '/near': ['/3'],
  }
  const { site, onEnd } = await serveLateShortcut(t, links, '/5')
  const plain = await openCrawls(t)
  const { run, summary } = await plain.crawl(`${site.url}/`, { onEnd })
  const nearer = { '/': 0, '/near': 1, '/1': 1, '/2': 2, '/3': 2, '/4': 3, '/5': 4 }
  assert.deepEqual(await depthsOf(plain, run, site.url), nearer)
  assert.deepEqual([summary.pages, site.arrivals.length], [7, 7])
})

test('a page beyond --max-depth is fetched when a shorter way to it turns up, and only then', async (t) => {
  const links: Links = {
    '/': ['/near', '/1'],
    '/1': ['/2'],
    '/2': ['/3'],
    '/3': ['/4'],
    '/4': ['/5'],
    '/near': ['/3'],
  }
  const { site, onEnd } = await serveLateShortcut(t, links, '/3')
  const plain = await openCrawls(t)
  const { run, summary } = await plain.crawl(`${site.url}/`, { maxDepth: 3, onEnd })
  // /3 was first known with depth 3, so /4 had depth 4; over /near they have 2 and 3.
  const nearer = { '/': 0, '/near': 1, '/1': 1, '/2': 2, '/3': 2, '/4': 3, '/5': 4 }
  assert.deepEqual(await depthsOf(plain, run, site.url), nearer)
  assert.deepEqual([summary.pages, summary.state, site.asked('/5')], [6, 'completed', 0])
})

test('a redirect that was not followed is not followed when its page turns out to be nearer', async (t) => {
  const links: Links = { '/': ['/near', '/1'], '/1': ['/2'], '/2': ['/hop/0'], '/near': ['/hop/0'] }
  const { site, onEnd } = await serveLateShortcut(t, links, '/hop/10')
  const plain = await openCrawls(t)
  const { run } = await plain.crawl(`${site.url}/`, { onEnd })
  const depths = await depthsOf(plain, run, site.url)
  assert.deepEqual([depths['/hop/0'], depths['/hop/10'], depths['/hop/11']], [2, 2, undefined])
})

interface Node {
  readonly links: readonly number[]
  readonly redirectTo: number | null
}

const graphs = fc.integer({ min: 2, max: 12 }).chain((size) => {
  const index = fc.nat({ max: size - 1 })
  const node = fc.record({
    links: fc.array(index, { maxLength: 4 }),
    redirectTo: fc.option(index, { freq: 5, nil: null }),
  })
  return fc.array(node, { minLength: size, maxLength: size })
})

/** Least depth of each node that can be reached; a redirect costs nothing, a link one. */
function depthsFrom(graph: readonly Node[]): ReadonlyMap<number, number> {
  const depths = new Map([[0, 0]])
  const queue = [0]
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const { links, redirectTo } = graph[at] as Node
    const cost = redirectTo === null ? 1 : 0
    for (const next of redirectTo === null ? links : [redirectTo]) {
      const depth = (depths.get(at) ?? 0) + cost
      if (depth >= (depths.get(next) ?? Infinity)) continue
      depths.set(next, depth)
      queue.push(next)
    }
  }
  return depths
}

/**
 * Whether redirects lead from it back to it. Such a page has no content and no way on, and a chain of redirects ends where
 * it meets itself: so its depth is that of any chain that came along.
 */
function isInLoop(graph: readonly Node[], at: number): boolean {
  let next = graph[at]?.redirectTo ?? null
  for (let steps = 0; next !== null && next !== at && steps < graph.length; steps++)
    next = graph[next]?.redirectTo ?? null
  return next === at
}

/** Answers what has arrived one by one, in an order that the seed chooses. */
function shuffledAnswers(seed: number) {
  const random = seededRandom(seed)
  const waiting: (() => void)[] = []
  const turn = (): void => {
    if (random.chance(0.2)) waiting.splice(random.below(waiting.length), 1)[0]?.()
    if (waiting.length > 0) setImmediate(turn)
  }
  return (answer: () => void): void => {
    if (waiting.push(answer) === 1) setImmediate(turn)
  }
}

test('any graph, depth limit and order of answers: what is stored is what the limit admits', async (t) => {
  const graphsServed: { readonly graph: readonly Node[]; readonly later: (answer: () => void) => void }[] = []
  const answer = ({ path, response }: Visit): null => {
    const [, number, at] = path.split('/')
    const { graph, later } = graphsServed[Number(number)] ?? { graph: [], later: () => undefined }
    const { links, redirectTo } = graph[Number(at)] ?? { links: [], redirectTo: null }
    later(() => {
      if (redirectTo !== null) redirect(response, `/${number}/${redirectTo}`)
      else
        send(response, {
          html: pageOf(
            path,
            links.map((link) => `/${number}/${link}`),
          ),
        })
    })
    return null
  }
  const site = await servePlot(t, answer)
  const plain = await openCrawls(t)
  await fc.assert(
    fc.asyncProperty(graphs, fc.option(fc.nat({ max: 4 })), fc.nat(), async (graph, maxDepth, seed) => {
      const prefix = `${site.url}/${graphsServed.push({ graph, later: shuffledAnswers(seed) }) - 1}/`
      const limit = maxDepth === null ? {} : { maxDepth }
      const { run } = await plain.crawl(`${prefix}0`, limit)
      const depths = depthsFrom(graph)
      const admitted = [...depths].filter(([, depth]) => depth <= (maxDepth ?? Infinity))
      const stored = (await pagesOf(plain.store, run)).map((page) => Number(page.url.slice(prefix.length)))
      assert.deepEqual(new Set(stored), new Set(admitted.map(([at]) => at)))
      assert.equal(stored.length, admitted.length)
      const known = await depthsOf(plain, run, prefix)
      for (const [at, depth] of admitted) if (!isInLoop(graph, at)) assert.equal(known[at], depth)
      const kinds = (await jobsOf(plain.store, run)).map((job) => job.kind)
      assert.ok(
        kinds.every((kind) => kind === 'crawl.page'),
        'no deepen job is left',
      )
    }),
    { numRuns: IS_ON_POSTGRES ? 15 : 60 },
  )
})
