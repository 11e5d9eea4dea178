/** A source crawled twice, as a user does it: the summary, the list of runs and the diff say what changed. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crawlDemo, jsonLinesOf, millrace } from './crawled-demo.ts'

const runOf = ({ stdout }: { readonly stdout: string }) =>
  String((JSON.parse(stdout) as Record<string, unknown>)['run'])

const counts = (line: Record<string, unknown> | undefined) =>
  ['new', 'changed', 'unchanged', 'missed', 'gone', 'unasked'].map((name) => line?.[name])

describe('a source that is crawled again', () => {
  let round = 0
  const asked: string[] = []
  const texts: Readonly<Record<string, readonly (string | null)[]>> = {
    '/': ['start', 'start', 'start'],
    '/same': ['same', 'same', 'same'],
    '/text': ['one', 'two', 'two'],
    '/lost': ['lost', null, null],
    '/fresh': [null, 'fresh', 'fresh'],
  }
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const text = texts[path]?.[round] ?? null
    const links = path === '/' ? Object.keys(texts).map((to) => `<a href="${to}">x</a>`) : []
    const tag = `"${path}${text}"`
    const isKnown = request.headers['if-none-match'] === tag
    asked.push(`${round} ${path} ${isKnown ? 304 : 200}`)
    const status = text === null ? 404 : isKnown ? 304 : 200
    const body = `<title>${path}</title><p>${text}</p>${links.join('')}`
    response.writeHead(status, { 'content-type': 'text/html', etag: tag }).end(status === 200 ? body : '')
  })
  let folder = ''
  let url = ''
  const runs: string[] = []
  const run = (...args: readonly string[]) => millrace([...args, '--db', `sqlite:${join(folder, 'a.db')}`])
  const crawl = (...args: readonly string[]) =>
    run('crawl', url, '--allow-private', '--delay', '0', '--no-robots', ...args)

  before(async () => {
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
    for (round = 0; round < 2; round++) runs.push(runOf(await crawl('--json')))
  })
  after(async () => {
    server.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('the third time it says what changed, and --full fetches what has not', async () => {
    round = 2
    const { code, stdout } = await crawl()
    assert.equal(code, 0)
    assert.match(stdout, /^0 new, 0 changed, 4 unchanged, 1 gone$/m)
    assert.equal(asked.filter((line) => line.startsWith('2') && line.endsWith('304')).length, 4)
    asked.length = 0
    const full = JSON.parse((await crawl('--full', '--json')).stdout) as Record<string, unknown>
    assert.deepEqual([full['unchanged'], full['bytes'] !== 0], [4, true])
    assert.ok(asked.every((line) => line.endsWith('200')))
  })

  test('runs lists what each run found', async () => {
    const lines = jsonLinesOf((await run('runs', '--json')).stdout)
    const first = lines.find((line) => line['run'] === runs[0])
    const second = lines.find((line) => line['run'] === runs[1])
    assert.deepEqual(counts(first), [4, 0, 0, 0, 0, 0])
    assert.deepEqual(counts(second), [1, 1, 2, 1, 0, 0])
    assert.match((await run('runs')).stdout, /new {2}changed {2}unchanged {2}gone/)
  })

  test('diff lists what is new and changed, in the order of URLs, and counts the rest', async () => {
    const { code, stdout, stderr } = await run('diff', runs[0] ?? '', runs[1] ?? '')
    assert.deepEqual([code, stdout], [0, `+ ${url}fresh\n~ ${url}text\n`])
    assert.equal(stderr, '1 new, 1 changed, 0 gone, 3 unchanged\n')
    const all = await run('diff', runs[1] ?? '', runs[0] ?? '', '--all', '--quiet')
    assert.equal(all.stdout, `= ${url}\n- ${url}fresh\n= ${url}lost\n= ${url}same\n~ ${url}text\n`)
    assert.equal(all.stderr, '')
  })

  test('diff --json tells both documents, and --exit-code whether there is a difference', async () => {
    const { code, stdout } = await run('diff', runs[0] ?? '', runs[1] ?? '', '--json', '--exit-code')
    assert.equal(code, 65)
    const [fresh, text] = jsonLinesOf(stdout)
    assert.deepEqual([fresh?.['change'], fresh?.['before']], ['new', null])
    const { before, after } = text as unknown as Record<'before' | 'after', Record<string, string>>
    assert.deepEqual(Object.keys(before), ['document', 'sha256', 'title', 'rawSha256'])
    assert.notEqual(before['sha256'], after['sha256'])
    assert.equal((await run('diff', runs[0] ?? '', runs[0] ?? '', '--exit-code')).code, 0)
  })

  test('explain tells what an answer said of its page', async () => {
    const { code, stdout } = await run('explain', `${url}lost`)
    assert.equal(code, 0)
    assert.match(stdout, /^change {4}(missed|gone)$/m)
  })

  test('diff refuses a run that is not there, and says how to find one', async () => {
    const { code, stderr } = await run('diff', runs[0] ?? '', 'nothing')
    assert.equal(code, 66)
    assert.match(stderr, /expected the id of a run, got "nothing"; `millrace runs` lists them/)
  })
})

test('explain tells of a page that was not asked for by word of its sitemap', async (t) => {
  const demo = await crawlDemo()
  t.after(() => demo.close())
  const again = ['crawl', `${demo.url}/`, '--allow-private', '--delay', '0', '--json']
  const { unasked } = JSON.parse((await demo.millrace(...again)).stdout) as { readonly unasked: number }
  assert.ok(unasked > 0)
  const found = await demo.millrace(
    'query',
    'SELECT max(url) AS url FROM pages_latest WHERE run = (SELECT min(id) FROM runs_summary) AND status = 200',
    '--format',
    'jsonl',
  )
  const [row] = jsonLinesOf(found.stdout)
  const { stdout } = await demo.millrace('explain', String(row?.['url']))
  assert.match(stdout, /^asked {5}no: its sitemap says that it is as it was$/m)
  assert.doesNotMatch(stdout, /robots/)
})
