/** `backup`, `restore` and `compact` as a user types them, beside crawls at full speed and after kills. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startSite, type Site } from '../site/index.ts'
import { millrace } from './crawled-demo.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const PAGES = 150

interface Told {
  readonly file: string
  readonly position: number
  readonly bytes: number
  readonly sha256: string
  readonly carrier: string | null
  readonly seconds: number
}

describe('a backup of a crawl', () => {
  const seen: { requests: number; onRequest: () => void } = { requests: 0, onRequest: () => undefined }
  const running = new Map<ChildProcess, Promise<unknown>>()
  let site: Site
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-backup-'))
    site = await startSite({ pages: PAGES, seed: 11, latencyMs: 50, onRequest: () => seen.onRequest() })
  })
  after(async () => {
    for (const child of running.keys()) child.kill('SIGKILL')
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })

  const at = (name: string) => join(folder, name)
  const crawlArgs = (name: string) => [
    'crawl',
    `${site.url}/`,
    '--allow-private',
    '--delay',
    '0',
    '--quiet',
    '--db',
    at(name),
  ]

  /** Starts a crawl and resolves when it has asked for so many URLs. */
  async function crawling(name: string, requests: number): Promise<ChildProcess> {
    const child = spawn(process.execPath, [BIN, ...crawlArgs(name)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    running.set(child, once(child, 'exit'))
    const { promise, resolve } = Promise.withResolvers<void>()
    let left = requests
    seen.onRequest = () => {
      if (--left === 0) resolve()
    }
    await promise
    return child
  }

  /** Resolves when the file names it as one of the processes at work, or it has ended. */
  async function isNamed(name: string, child: ChildProcess): Promise<void> {
    const sql = `SELECT count(*) FROM processes WHERE pid = ${child.pid}`
    const asked = async () => (await millrace(['query', sql, '--format', 'csv', '--db', at(name)])).stdout
    while (child.exitCode === null && !(await asked()).includes('1')) continue
  }

  async function kill(child: ChildProcess): Promise<void> {
    child.kill('SIGKILL')
    await running.get(child)
  }

  /** What a crawl left, without what differs between two crawls. */
  async function dataset(name: string): Promise<readonly string[]> {
    const { code, stdout, stderr } = await millrace(['export', '--db', at(name)])
    assert.equal(code, 0, stderr)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    return lines.map((line) => JSON.stringify([line['url'], line['sha256'], line['title'], line['text']]))
  }

  async function backup(name: string, to: string, ...more: readonly string[]): Promise<Told> {
    const { code, stdout, stderr } = await millrace([
      'backup',
      '--db',
      at(name),
      '--to',
      at(to),
      '--json',
      ...more,
    ])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Told
  }

  test('made in its middle, restored and gone on with, it ends in the dataset of one nobody disturbed', async () => {
    const crawl = await crawling('one.db', 20)
    const told = await backup('one.db', 'copy.db')
    await running.get(crawl)
    const restored = await millrace(['restore', at('copy.db'), '--to', at('restored.db')])
    assert.equal(restored.code, 0, restored.stderr)
    assert.match(restored.stdout, new RegExp(`position ${told.position}, `))
    const before = await dataset('restored.db')
    assert.ok(before.length > 0 && before.length < PAGES, `${before.length} documents`)
    const rest = await millrace(crawlArgs('restored.db'))
    assert.equal(rest.code, 0, rest.stderr)
    const whole = await dataset('one.db')
    assert.ok(whole.length >= PAGES)
    assert.deepEqual(await dataset('restored.db'), whole)
  })

  test('of a crawl by two processes, of which one is killed, it is whole; with the other alive compacting is refused', async () => {
    const [first, second] = [await crawling('two.db', 30), await crawling('two.db', 30)]
    // The site can not tell which of the two asked.
    await isNamed('two.db', second)
    const making = backup('two.db', 'two-copy.db')
    await kill(first)
    const { position } = await making
    assert.ok(position > 0)
    const sound = await millrace(['doctor', '--full', '--db', at('two-copy.db')])
    assert.equal(sound.code, 0, sound.stdout)
    if (second.exitCode === null) {
      second.kill('SIGSTOP')
      const refused = await millrace(['compact', '--db', at('two.db')])
      const replaced = await millrace(['restore', at('two-copy.db'), '--db', at('two.db'), '--force'])
      for (const { code, stderr } of [refused, replaced]) {
        assert.equal(code, 75, stderr)
        assert.match(stderr, new RegExp(`${second.pid} \\(crawl http`))
      }
    }
    await kill(second)
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.part')),
      [],
    )
  })

  test('deleted runs give their space back, and search still finds', async () => {
    assert.equal((await millrace(crawlArgs('one.db'))).code, 0)
    const runs = await millrace(['runs', '--json', '--db', at('one.db')])
    const [newest] = runs.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { run: string })
    assert.equal((await millrace(['runs', 'delete', newest?.run ?? '', '--db', at('one.db')])).code, 0)
    const whole = await dataset('one.db')
    const { code, stdout, stderr } = await millrace(['compact', '--db', at('one.db'), '--json'])
    assert.equal(code, 0, stderr)
    const { bytesBefore, bytesAfter } = JSON.parse(stdout) as { bytesBefore: number; bytesAfter: number }
    assert.ok(bytesAfter < bytesBefore, stdout)
    assert.deepEqual(await dataset('one.db'), whole)
    const doctor = await millrace(['doctor', '--full', '--db', at('one.db')])
    assert.equal(doctor.code, 0, doctor.stdout)
  })

  test('bad input is told with the right exit code', async () => {
    await writeFile(at('notes.txt'), 'somebody wrote this\n')
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['backup', '--db', at('one.db'), '--to', at('one.db')], 64, /not of the database/],
      [['backup', '--db', at('one.db'), '--to', at('copy.db')], 73, /--force/],
      [['backup', '--db', at('none.db'), '--to', at('x.db')], 66, /expected a Millrace database/],
      [['restore', at('notes.txt'), '--to', at('x.db')], 65, /ForeignDatabase/],
    ]
    for (const [args, code, message] of cases) {
      const ended = await millrace(args)
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`)
      assert.match(ended.stderr, message)
      assert.equal(ended.stdout, '')
    }
  })
})
