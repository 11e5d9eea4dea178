/** Every trap springs as its name says: a hostile site that is tame would make the tests above it prove nothing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'

import { BOMB_BYTES, HOSTILE_PATHS, HUGE_BYTES, startHostileSite } from './hostile.ts'

const site = await startHostileSite()
after(() => site.close())

const get = (path: string) => fetch(site.url + path, { redirect: 'manual' })

async function bytesOf(response: Response): Promise<number> {
  let bytes = 0
  for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length
  return bytes
}

test('/index links to every trap', async () => {
  const html = await (await get('/index')).text()
  assert.deepEqual(
    [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]),
    [...HOSTILE_PATHS],
  )
})

test('/loop redirects to itself', async () => {
  assert.equal((await get('/loop')).headers.get('location'), '/loop')
})

test('/hop/N redirects to the next N for ever', async () => {
  assert.equal((await get('/hop/0')).headers.get('location'), '/hop/1')
  assert.equal((await get('/hop/123456')).headers.get('location'), '/hop/123457')
})

test('/huge sends 20 MB', async () => {
  assert.equal(await bytesOf(await get('/huge')), HUGE_BYTES)
})

test('/bomb unpacks to 200 MB', async () => {
  assert.equal(await bytesOf(await get('/bomb')), BOMB_BYTES)
})

test('/torn-gzip is a whole response with a torn content', async () => {
  // Not fetch: it unpacks leniently and passes the first half off as the page.
  const [response] = (await once(request(`${site.url}/torn-gzip`).end(), 'response')) as [IncomingMessage]
  assert.equal(response.headers['content-encoding'], 'gzip')
  const body = await buffer(response)
  assert.equal(body.length, Number(response.headers['content-length']))
  assert.throws(() => gunzipSync(body), { code: 'Z_BUF_ERROR' })
})

test('/nul holds NUL bytes, illegal UTF-8 and references to lone surrogates', async () => {
  const bytes = Buffer.from(await (await get('/nul')).arrayBuffer())
  assert.ok(bytes.includes(0) && bytes.includes(Buffer.from([0xed, 0xa0, 0x80])))
  assert.ok(bytes.includes('&#xD800;') && bytes.includes('\\ud800'))
})

test('/latin1-says-utf8 is not valid in the encoding it claims', async () => {
  const response = await get('/latin1-says-utf8')
  assert.match(response.headers.get('content-type') ?? '', /utf-8/)
  const bytes = await response.arrayBuffer()
  assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  assert.ok(new TextDecoder('latin1').decode(bytes).includes('Mühle'))
})

test('/slow begins to answer and ends only when the server closes', async () => {
  const own = await startHostileSite()
  const response = await fetch(`${own.url}/slow`)
  assert.equal(response.status, 200)
  const ended = assert.rejects(response.text())
  await own.close()
  await ended
})

test('/short promises more bytes than it sends', async () => {
  await assert.rejects(async () => (await get('/short')).text())
})

test('/reset answers nothing at all', async () => {
  await assert.rejects(get('/reset'))
})

test('/429-once refuses the first request only', async () => {
  const first = await get('/429-once')
  assert.equal(first.status, 429)
  assert.equal(first.headers.get('retry-after'), '0')
  assert.equal((await get('/429-once')).status, 200)
})

test('/503-date refuses the first request with a date', async () => {
  const first = await get('/503-date')
  assert.equal(first.status, 503)
  assert.match(first.headers.get('retry-after') ?? '', /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/)
  assert.equal((await get('/503-date')).status, 200)
})

test('/500-always never gets better', async () => {
  assert.equal((await get('/500-always')).status, 500)
  assert.equal((await get('/500-always')).status, 500)
})

test('/empty and /no-content-type are what they say', async () => {
  assert.equal(await (await get('/empty')).text(), '')
  assert.equal((await get('/no-content-type')).headers.get('content-type'), null)
})

test('requests are counted by path', () => {
  assert.equal(site.requests.get('/500-always'), 2)
})
