/** `runs show`, as a user meets the figures of a run. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { crawlDemo, type CrawledDemo } from './crawled-demo.ts'

let demo: CrawledDemo
let run: string
before(async () => {
  demo = await crawlDemo()
  run = (JSON.parse(demo.crawl.stdout) as { readonly run: string }).run
})
after(() => demo.close())

interface Shown {
  readonly pages: number
  readonly metrics: {
    readonly fetched: number
    readonly hosts: readonly { readonly host: string; readonly fetched: number }[]
    readonly latency: { readonly answers: number }
    readonly failures: readonly { readonly class: string; readonly count: number }[]
  }
}

test('runs show tells the figures of the run and of its hosts, as JSON', async () => {
  const { code, stdout } = await demo.millrace('runs', 'show', run, '--json')
  assert.equal(code, 0)
  const { pages, metrics } = JSON.parse(stdout) as Shown
  // Beside the pages, the sitemap that robots.txt names.
  assert.ok(metrics.fetched >= pages && metrics.fetched <= pages + 1, `${metrics.fetched} of ${pages}`)
  assert.equal(metrics.latency.answers, metrics.fetched)
  assert.deepEqual(
    metrics.hosts.map(({ host, fetched }) => [host, fetched]),
    [[new URL(demo.url).host, metrics.fetched]],
  )
})

test('runs show has a line for the host, and says what was waited for', async () => {
  const { code, stdout } = await demo.millrace('runs', 'show', run)
  assert.equal(code, 0)
  const lines = stdout.split('\n')
  const at = lines.findIndex((line) => line.startsWith('host '))
  assert.match(lines[at] ?? '', /^host +fetched +retried +given up .*p50 ms +p90 ms +p99 ms +waited/)
  assert.ok(lines[at + 1]?.startsWith(`${new URL(demo.url).host}  `), stdout)
  assert.doesNotMatch(stdout, /\[object|undefined|NaN/)
})

test('deleting a run takes its figures along', async () => {
  assert.equal((await demo.millrace('runs', 'delete', run)).code, 0)
  const { stdout } = await demo.millrace(
    'query',
    'SELECT count(*) AS n FROM run_tallies',
    '--format',
    'jsonl',
  )
  assert.deepEqual(JSON.parse(stdout), { n: 0 })
})
