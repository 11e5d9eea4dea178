import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { countOrphanedBodies, newestTime } from './soundness.ts'
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
  const db = new DatabaseSync(path, { timeout: 5_000 })
  db.exec('UPDATE pages SET fetched_at = 4000000000000')
  assert.equal(await newestTime(store), 4_000_000_000_000)
  db.exec('DELETE FROM pages')
  assert.equal((await countOrphanedBodies(store)).count, 0)
  db.exec('DELETE FROM documents')
  const bytes = Number(db.prepare('SELECT length(body) AS bytes FROM raw_bodies').get()?.['bytes'])
  db.close()
  assert.deepEqual(await countOrphanedBodies(store), { count: 1, bytes })
})
