/** A crawl with credentials: who is shown them, and that no row, message or file of the store has them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { IS_ON_POSTGRES } from '../../store/testing/index.ts'
import { openCrawls } from '../testing/fixture.ts'
import { everything, pagesOf } from '../testing/look.ts'
import { pageOf, redirect, send, servePlot } from '../testing/plot.ts'

const skip = IS_ON_POSTGRES ? 'it looks into the file' : false

test(
  'a crawl that logs in reads what is behind, and its secrets are nowhere but in its requests',
  { skip },
  async (t) => {
    const strangers: unknown[] = []
    const other = await servePlot(t, ({ path, request }) => {
      const { authorization, cookie } = request.headers
      strangers.push([authorization, cookie, request.headers['x-key']])
      return pageOf(path)
    })
    const token = `Basic ${Buffer.from('jo:pa55word').toString('base64')}`
    const site = await servePlot(t, ({ path, request, response }) => {
      const { authorization, cookie } = request.headers
      if (path === '/robots.txt') return send(response, { status: 404 })
      if (authorization !== token || request.headers['x-key'] !== 'k3y-k3y')
        return send(response, { status: 401 })
      if (path === '/') {
        const headers = { 'set-cookie': 'sid=5e55ion; Path=/' }
        return send(response, { headers, html: pageOf('in', ['/away', '/more', `${other.url}/linked`]) })
      }
      if (cookie !== 'sid=5e55ion') return send(response, { status: 403 })
      return path === '/away' ? redirect(response, `${other.url}/behind`) : pageOf(path)
    })
    const { crawl, store, path } = await openCrawls(t)
    const { run, summary } = await crawl(`${site.url}/`, {
      asksRobots: true,
      include: [`${other.url}/*`, '/*'],
      network: {
        headers: { 'X-Key': 'k3y-k3y' },
        basicAuth: { username: 'jo', password: 'pa55word' },
        cookies: true,
      },
    })
    assert.deepEqual([summary.pages, summary.failed], [5, 0])
    assert.ok(strangers.length >= 2)
    for (const seen of strangers) assert.deepEqual(seen, [undefined, undefined, undefined])
    const shown = (await pagesOf(store, run)).flatMap(({ headers }) => JSON.stringify(headers))
    assert.ok(shown.some((headers) => headers.includes('sid=***; Path=/')))
    assert.ok(!JSON.stringify(await everything(store)).includes('5e55ion'))
    await store.close()
    const bytes = readFileSync(path).toString('latin1')
    for (const secret of ['pa55word', token.slice(6), 'k3y-k3y', '5e55ion'])
      assert.ok(!bytes.includes(secret), secret)
  },
)

test('a run says how it was reached where that was out of the ordinary, and a plain one says nothing', async (t) => {
  const site = await servePlot(t, ({ path }) => pageOf(path))
  const { start, store } = await openCrawls(t)
  const crawl = await start(`${site.url}/`, {
    network: { tls: 'unchecked', userAgent: 'me (+http://me.test/)' },
  })
  await crawl.ended
  assert.deepEqual((crawl.run.limits as { network?: unknown }).network, { tls: 'unchecked' })
  const plain = await start(`${site.url}/plain`, {})
  await plain.ended
  assert.ok(!('network' in (plain.run.limits as object)))
  assert.equal((await everything(store)).runs.length, 2)
})

test('settings that can not be keep a crawl from starting', async (t) => {
  const { start, store } = await openCrawls(t)
  const network = { headers: { Host: 'elsewhere.test' } }
  await assert.rejects(start('http://127.0.0.1:1/', { network }), { code: 'BadConfig' })
  assert.deepEqual((await everything(store)).runs, [])
})
