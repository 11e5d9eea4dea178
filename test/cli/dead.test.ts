/** Waits and dead letters as a user meets them: crawl, be refused, look why, send again, and be done. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { serveDemo } from '../../demo/serve.ts'
import { jsonLinesOf, millrace } from './crawled-demo.ts'

describe('a crawl that was refused its only page', () => {
  let site: Awaited<ReturnType<typeof serveDemo>>
  let folder: string
  let url: string
  const on = (...args: readonly string[]) => millrace([...args, '--db', `sqlite:${join(folder, 'dead.db')}`])
  const listed = async () => jsonLinesOf((await on('dead', 'list', '--json')).stdout)
  before(async () => {
    site = await serveDemo()
    url = `${site.url}/`
    folder = await mkdtemp(join(tmpdir(), 'millrace-dead-'))
    const crawl = await on('crawl', url, '--max-depth', '1')
    assert.equal(crawl.code, 77, crawl.stderr)
    assert.match(crawl.stdout, /millrace dead list/, 'its summary says where to look')
  })
  after(async () => {
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('dead lists it with its class, dead show tells every try, and filters leave it out', async () => {
    const [letter] = await listed()
    assert.deepEqual(
      [letter?.['key'], letter?.['errorCode'], letter?.['errorClass']],
      [url, 'AddressRefused', 'refused'],
    )
    assert.match((await on('dead')).stdout, /AddressRefused/)
    assert.equal((await on('dead', 'list', '--class', 'network', '--json')).stdout, '')
    assert.equal((await on('dead', 'list', '--kind', 'search.index', '--json')).stdout, '')
    const shown = JSON.parse((await on('dead', 'show', String(letter?.['job']), '--json')).stdout) as Record<
      string,
      unknown
    >
    assert.deepEqual(
      [shown['input'], (shown['attempts'] as unknown[]).length, shown['latestPage']],
      [{}, 1, null],
    )
    assert.match((await on('dead', 'show', String(letter?.['job']))).stdout, /try 1 .*AddressRefused/)
  })

  test('what is unknown exits 66, and a choice that is none or two exits 64', async () => {
    const run = ['--run', 'none']
    for (const args of [
      ['dead', 'show', 'none'],
      ['dead', 'redrive', 'none'],
      ['explain', 'none'],
      ['dead', 'list', '--run', 'none'],
      ['explain', url, ...run],
    ])
      assert.equal((await on(...args)).code, 66, args.join(' '))
    for (const args of [['redrive'], ['redrive', 'x', '--all'], ['list', '--class', 'none']])
      assert.equal((await on('dead', ...args)).code, 64, args.join(' '))
  })

  test('explain tells a dead URL, one never met and one out of scope', async () => {
    const dead = JSON.parse((await on('explain', url, '--json')).stdout) as Record<string, unknown>
    assert.deepEqual([dead['seen'], dead['state'], dead['waits']], [true, 'dead', []])
    assert.match((await on('explain', url)).stdout, /millrace dead redrive/)
    assert.match((await on('explain', `${url}nowhere`)).stdout, /in scope, but no page, redirect or sitemap/)
    assert.match(
      (await on('explain', 'https://example.org/')).stdout,
      /out of scope: host example.org is not a seed host/,
    )
  })

  test('a redrive shows first, then sends, and the crawl it prints does the work', async () => {
    const dry = await on('dead', 'redrive', '--class', 'refused', '--dry-run')
    assert.ok(dry.stdout.includes(url))
    assert.equal((await listed()).length, 1, 'nothing was changed')
    const sent = await on('dead', 'redrive', '--class', 'refused')
    assert.equal(sent.code, 0, sent.stderr)
    assert.match((await on('dead')).stderr, /no job is dead/)
    assert.match((await on('explain', url)).stdout, /nobody works on run .*: millrace crawl /)
    const command = /^ {2}millrace (crawl .*)$/m.exec(sent.stdout)?.[1]?.split(' ') ?? []
    const again = await millrace([...command, '--allow-private', '--delay', '0'])
    assert.deepEqual([again.code, /continuing run/.test(again.stderr)], [0, true], again.stderr)
    const page = JSON.parse((await on('explain', url, '--json')).stdout) as {
      state: string
      page: { status: number }
    }
    assert.deepEqual([page.state, page.page.status], ['completed', 200])
    assert.match((await on('explain', `${url}private/accounts.html`)).stdout, /robots.txt forbids it/)
  })

  test('hosts tells of each host, and of no inner lane', async () => {
    const hosts = jsonLinesOf((await on('hosts', '--json')).stdout)
    assert.deepEqual(
      hosts.map((host) => [host['host'], host['state'], host['running']]),
      [[new URL(url).host, 'open', 0]],
    )
    assert.match((await on('hosts')).stdout, /^host .*\n127\.0\.0\.1:\d+ +open/)
  })
})
