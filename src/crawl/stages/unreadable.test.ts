/** Pages that end, hang or break the thread that reads them: each is one failed page, and never the crawl. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moduleBeside } from '../../threads/index.ts'
import { openCrawls, until } from '../testing/fixture.ts'
import { everything, jobsOf, pageAt } from '../testing/look.ts'
import { pageOf, servePlot } from '../testing/plot.ts'

const reading = {
  module: moduleBeside(import.meta.resolve('../read/page/index.ts'), 'testing/faulty-thread'),
  threads: 1,
}

test('a page that can not be read is kept with its body and the reason, and all others have their documents', async (t) => {
  const faults = ['FAULT-THROW', 'FAULT-EXIT']
  const links = [
    ...faults.map((fault) => `/${fault}`),
    ...Array.from({ length: 20 }, (_, at) => `/plain-${at}`),
  ]
  const site = await servePlot(t, ({ path }) => pageOf(path.slice(1), path === '/' ? links : []))
  const { crawl, store } = await openCrawls(t)
  const { run, summary } = await crawl(`${site.url}/`, { reading })
  const { state, pages, documents, failed } = summary
  assert.deepEqual([state, pages, documents, failed], ['completed', 23, 21, 2])
  const { bodies } = await everything(store)
  for (const fault of faults) {
    const { status, note, document, rawSha256 } = await pageAt(store, run, `${site.url}/${fault}`)
    assert.deepEqual([status, document], [200, null])
    assert.match(note ?? '', /^Unreadable: expected a page that can be read, got http/)
    assert.ok(bodies.some((body) => body.sha256 === rawSha256))
    assert.equal(site.asked(`/${fault}`), 1, 'it is not fetched again')
  }
})

test('a crawl that is told to stop at once does not wait for a page that hangs', async (t) => {
  const site = await servePlot(t, ({ path }) =>
    path === '/' ? pageOf('start', ['/FAULT-HANG']) : pageOf(path),
  )
  const { start, store } = await openCrawls(t)
  const crawl = await start(`${site.url}/`, { reading: { ...reading, deadlineMs: 3_600_000 } })
  await until(() => Promise.resolve(site.asked('/FAULT-HANG') === 1))
  crawl.abort('test')
  assert.equal((await crawl.ended).state, 'stopped')
  const left = (await jobsOf(store, crawl.run.id)).find((job) => job.uniqueKey.endsWith('HANG'))
  assert.equal(left?.state, 'available')
})
