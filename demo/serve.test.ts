/** The demo site is whole: what the README promises of it is there, and every link but the one broken leads somewhere. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, test } from 'node:test'

import { serveDemo } from './serve.ts'

const site = await serveDemo()
after(() => site.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(site.url + path, { redirect: 'manual', headers })

/** Not by fetch, which resolves dot segments before it asks. */
function statusOfRawPath(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(site.url)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })
}

function linksOf(html: string, base: string): string[] {
  return [...html.matchAll(/<a [^>]*?href="([^"]*)"/g)].map((match) => {
    const url = new URL(match[1] ?? '', base)
    url.hash = ''
    return url.href
  })
}

async function crawl(): Promise<Map<string, { status: number; type: string; html: string }>> {
  const pages = new Map<string, { status: number; type: string; html: string }>()
  const due = [`${site.url}/`]
  for (let url = due.pop(); url !== undefined; url = due.pop()) {
    if (pages.has(url)) continue
    const response = await fetch(url, { redirect: 'manual' })
    const type = response.headers.get('content-type') ?? ''
    const html = await response.text()
    pages.set(url, { status: response.status, type, html })
    if (response.status === 200 && type.startsWith('text/html')) due.push(...linksOf(html, url))
  }
  return pages
}

test('every link leads to a page but one broken link and one redirect', async () => {
  const pages = await crawl()
  const withStatus = (status: number) =>
    [...pages].filter(([, page]) => page.status === status).map(([url]) => url.slice(site.url.length))
  assert.deepEqual(withStatus(404), ['/handbook/water/siphons.html'])
  assert.deepEqual(withStatus(301), ['/old-handbook'])
  assert.ok(withStatus(200).length > 35)
  assert.equal([...pages.values()].filter((page) => page.type === 'application/pdf').length, 1)
  assert.ok(![...pages.keys()].some((url) => url.includes('survey-of-1911')))
})

test('the old address redirects to the handbook', async () => {
  const response = await get('/old-handbook')
  assert.equal(response.status, 301)
  assert.equal(response.headers.get('location'), '/handbook/')
})

test('sitemap and robots.txt name the origin they are served from', async () => {
  const robots = await (await get('/robots.txt')).text()
  assert.match(robots, /^Disallow: \/private\/$/m)
  assert.doesNotMatch(robots, /crawl-delay/i)
  assert.ok(robots.includes(`Sitemap: ${site.url}/sitemap.xml`))
  const sitemap = await (await get('/sitemap.xml')).text()
  const listed = [...sitemap.matchAll(/<loc>([^<]*)<\/loc>/g)].map((match) => match[1] ?? '')
  assert.ok(listed.includes(`${site.url}/archive/survey-of-1911.html`))
  for (const url of listed) assert.equal((await fetch(url)).status, 200, url)
})

test('articles carry their metadata with the served origin', async () => {
  const html = await (await get('/articles/eel-pass.html')).text()
  assert.ok(html.includes(`<link rel="canonical" href="${site.url}/articles/eel-pass.html">`))
  assert.ok(html.includes('<meta property="article:published_time" content="2024-05-04T09:00:00+00:00">'))
  const json = /<script type="application\/ld\+json">([^<]*)<\/script>/.exec(html)?.[1] ?? ''
  assert.equal((JSON.parse(json) as { '@type': string })['@type'], 'Article')
})

test('one German page is ISO-8859-1 and only its meta element says so', async () => {
  const response = await get('/de/muehlgraben.html')
  assert.equal(response.headers.get('content-type'), 'text/html')
  const html = new TextDecoder('latin1').decode(await response.arrayBuffer())
  assert.ok(html.includes('<meta charset="iso-8859-1">') && html.includes('Der Mühlgraben'))
})

test('the map is empty without JavaScript', async () => {
  const html = await (await get('/visit/map.html')).text()
  const body = /<body>([^]*)<\/body>/.exec(html)?.[1] ?? ''
  assert.equal(body.replaceAll(/<[^>]*>/g, '').trim(), '')
})

test('an unchanged page answers 304 to its ETag', async () => {
  const etag = (await get('/')).headers.get('etag') ?? ''
  assert.equal((await get('/', { 'if-none-match': etag })).status, 304)
})

test('a missing page answers 404 with a page', async () => {
  const response = await get('/nowhere.html')
  assert.equal(response.status, 404)
  assert.match(await response.text(), /There is no such page/)
})

test('no path leaves the site folder', async () => {
  for (const path of [
    '/../serve.ts',
    '/..%2fserve.ts',
    '/%2e%2e/serve.ts',
    '/..\\serve.ts',
    '/%00',
    '//serve.ts',
  ]) {
    assert.equal(await statusOfRawPath(path), 404, path)
  }
})
