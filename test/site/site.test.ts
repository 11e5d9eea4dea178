/** The generated site serves what it promises, since every crash and property test stands on it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { planSite } from './plan.ts'
import { renderPage } from './render.ts'
import { seededRandom } from './random.ts'
import { startSite } from './site.ts'
import type { Site } from './site.ts'

const OPTIONS = { pages: 120, seed: 7 }

function draw(seed: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: 5 }, () => random.next())
}

function rendered(seed: number): string[] {
  return planSite({ ...OPTIONS, seed }).pages.map((page) => renderPage(page, 'http://x'))
}

async function crawl(site: Site): Promise<Map<string, Response>> {
  const answers = new Map<string, Response>()
  const due = [`${site.url}/`]
  for (let url = due.pop(); url !== undefined; url = due.pop()) {
    if (answers.has(url)) continue
    const response = await fetch(url, { redirect: 'manual' })
    answers.set(url, response)
    const text = await response.text()
    if (response.status === 200) due.push(...hrefs(text).map((href) => resolve(href, url)))
  }
  return answers
}

function hrefs(html: string): string[] {
  return [...html.matchAll(/<a href="([^"]*)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
}

function resolve(href: string, base: string): string {
  const url = new URL(href, base)
  url.hash = ''
  return url.href
}

test('the same seed gives the same numbers and another seed others', () => {
  assert.deepEqual(draw(1), draw(1))
  assert.notDeepEqual(draw(1), draw(2))
  assert.ok(draw(3).every((number) => number >= 0 && number < 1))
})

test('the same options plan and render the same site, and another seed another', () => {
  assert.deepEqual(rendered(7), rendered(7))
  assert.notDeepEqual(rendered(7), rendered(8))
})

test('plain links reach every page and every detour, and nothing else', async (t) => {
  const site = await startSite(OPTIONS)
  t.after(() => site.close())
  const answers = await crawl(site)
  const expected = [...site.pageUrls, ...Object.values(site.detourUrls).flat()]
  assert.deepEqual([...answers.keys()].sort(), expected.sort())
  assert.equal(site.pageUrls.length, OPTIONS.pages)
  const statuses = (urls: readonly string[]) => new Set(urls.map((url) => answers.get(url)?.status))
  assert.deepEqual(statuses(site.pageUrls), new Set([200]))
  assert.deepEqual(statuses(site.detourUrls.moved), new Set([301]))
  assert.deepEqual(statuses(site.detourUrls.missing), new Set([404]))
  for (const url of site.detourUrls.moved) {
    const target = resolve(answers.get(url)?.headers.get('location') ?? '', url)
    assert.ok(site.pageUrls.includes(target))
  }
  for (const url of site.detourUrls.file) {
    assert.equal(answers.get(url)?.headers.get('content-type'), 'application/octet-stream')
  }
})

test('each request is counted by its path', async (t) => {
  const site = await startSite(OPTIONS)
  t.after(() => site.close())
  const answers = await crawl(site)
  assert.equal(site.requests.size, answers.size)
  assert.deepEqual(new Set(site.requests.values()), new Set([1]))
  await (await fetch(`${site.url}/`)).text()
  assert.equal(site.requests.get('/'), 2)
})

test('pages are 1 to 10 KB, some gzipped, some canonical, in several languages', async (t) => {
  const site = await startSite(OPTIONS)
  t.after(() => site.close())
  const pages = await Promise.all(
    site.pageUrls.map(async (url) => {
      const response = await fetch(url)
      return { gzip: response.headers.get('content-encoding') === 'gzip', html: await response.text() }
    }),
  )
  const share = (claim: (page: (typeof pages)[number]) => boolean) => pages.filter(claim).length
  assert.ok(pages.every(({ html }) => html.length > 1_000 && html.length < 10_000))
  assert.ok(pages.every(({ html }) => /<title>[^<]+<\/title>/.test(html)))
  assert.ok(share(({ gzip }) => gzip) > 10 && share(({ gzip }) => !gzip) > 10)
  assert.ok(share(({ html }) => html.includes('rel="canonical"')) > 5)
  assert.ok(new Set(pages.map(({ html }) => /<html lang="(\w+)"/.exec(html)?.[1])).size > 3)
})

test('robots.txt forbids the closed part and names the sitemap, which lists some pages', async (t) => {
  const site = await startSite(OPTIONS)
  t.after(() => site.close())
  const robots = await (await fetch(`${site.url}/robots.txt`)).text()
  assert.match(robots, /^Disallow: \/closed\/$/m)
  assert.ok(robots.includes(`Sitemap: ${site.url}/sitemap.xml`))
  const sitemap = await (await fetch(`${site.url}/sitemap.xml`)).text()
  const listed = [...sitemap.matchAll(/<loc>([^<]*)<\/loc>/g)].map((match) =>
    match[1]?.replaceAll('&amp;', '&'),
  )
  assert.equal(listed.length, 10)
  assert.ok(listed.every((url) => url !== undefined && site.pageUrls.includes(url)))
})

test('a site of one page works', async (t) => {
  const site = await startSite({ pages: 1, seed: 1, linksPerPage: 0 })
  t.after(() => site.close())
  assert.deepEqual(site.pageUrls, [`${site.url}/`])
  assert.equal((await crawl(site)).size, 5)
})

test('closing ends requests that still wait for their answer', async () => {
  const site = await startSite({ ...OPTIONS, latencyMs: 60_000 })
  const refused = assert.rejects(fetch(site.url))
  while (site.requests.size === 0) await new Promise(setImmediate)
  await site.close()
  await refused
  await site.close()
})

test('run-site.ts serves in its own process', async (t) => {
  const script = fileURLToPath(new URL('run-site.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(OPTIONS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url, pageUrls } = JSON.parse(line) as Pick<Site, 'url' | 'pageUrls'>
  assert.equal(pageUrls.length, OPTIONS.pages)
  assert.equal((await fetch(url)).status, 200)
})
