import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countOrphanedBodies, newestTime } from './soundness.ts'
import { runBehind } from '../../../store/testing/index.ts'
import { openCrawls } from '../../testing/fixture.ts'
import { pageOf, servePlot } from '../../testing/plot.ts'

test('after a crawl no raw body is orphaned; one that loses its page and document is counted', async (t) => {
  const site = await servePlot(t, () => pageOf('mill'))
  const { store, path, crawl } = await openCrawls(t)
  assert.deepEqual(
    [await countOrphanedBodies(store), await newestTime(store)],
    [{ count: 0, bytes: 0 }, null],
  )
  await crawl(`${site.url}/`)
  assert.deepEqual(await countOrphanedBodies(store), { count: 0, bytes: 0 })
  await runBehind(path, 'UPDATE pages SET fetched_at = 4000000000000')
  assert.equal(await newestTime(store), 4_000_000_000_000)
  await runBehind(path, 'DELETE FROM pages')
  assert.equal((await countOrphanedBodies(store)).count, 0)
  await runBehind(path, 'DELETE FROM documents')
  const [chunk] = await Array.fromAsync(store.sql('SELECT length(body) FROM raw_bodies'))
  assert.deepEqual(await countOrphanedBodies(store), { count: 1, bytes: chunk?.rows[0]?.[0] })
})
