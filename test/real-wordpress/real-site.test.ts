/** The real WordPress is what the crawl's tests take it for: it announces exactly what its tables say is public. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNoWordPress } from './install.ts'
import { startRealSite } from './real-site.ts'

const missing = whyNoWordPress()

test(
  'a real WordPress announces what is published, and what an editor changes',
  { skip: missing ?? false },
  async () => {
    const site = await startRealSite(300)
    try {
      const announced = async () => {
        const totals: number[] = []
        for (const base of ['posts', 'pages', 'reports']) {
          const answer = await fetch(`${site.url}/wp-json/wp/v2/${base}?per_page=1`)
          totals.push(Number(answer.headers.get('x-wp-total')))
        }
        return totals.reduce((sum, total) => sum + total, 0)
      }
      const before = await site.published()
      assert.equal(await announced(), before.length)
      assert.equal(new Set(before.map(({ author }) => author)).size, 5)
      assert.equal(new Set(before.map(({ type }) => type)).size, 3)
      await site.change('add', 1)
      await site.change('backdate', 1)
      await site.change('edit', 200)
      await site.change('delete', 201)
      const after = await site.published()
      assert.equal(after.length, before.length + 1)
      assert.equal(await announced(), after.length)
    } finally {
      await site.close()
    }
  },
)
