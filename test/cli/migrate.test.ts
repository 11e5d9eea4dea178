/** `migrate` and `verify` as a user types them: a crawl that is moved in its middle, and what the exit codes say. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freshDatabase, startFaultProxy } from '../postgres/index.ts'
import { startSite, type Site } from '../site/index.ts'
import { millrace } from './crawled-demo.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const PAGES = 60

interface Report {
  readonly outcome: string
  readonly root: string | null
  readonly isFinished: boolean
  readonly rowsCopied: number
  readonly lastEqual: { readonly position: number } | null
  readonly preflight: { readonly leases: number; readonly rows: number } | null
}

async function moved(from: string, to: string, ...more: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await millrace(['migrate', '--from', from, '--to', to, '--json', ...more])
  assert.equal(code, 0, `${stderr}${stdout}`)
  return JSON.parse(stdout) as Report
}

/** What a crawl left, without what differs between two crawls. */
async function dataset(db: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await millrace(['export', '--db', db])
  assert.equal(code, 0, stderr)
  const lines = stdout.trim().split('\n')
  return lines.map((line) => {
    const { url, sha256, title, text, links } = JSON.parse(line) as Record<string, unknown>
    return JSON.stringify([url, sha256, title, text, links])
  })
}

/** What full text finds. */
async function found(db: string): Promise<string> {
  return (await millrace(['search', 'the', '--db', db])).stdout
}

describe('a crawl that is moved', () => {
  const seen = { onRequest: () => undefined as void }
  let site: Site
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-cli-move-'))
    site = await startSite({ pages: PAGES, seed: 31, latencyMs: 10, onRequest: () => seen.onRequest() })
  })
  after(async () => {
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })

  const at = (name: string) => join(folder, name)
  const crawlArgs = (db: string) =>
    ['crawl', `${site.url}/`, '--allow-private', '--delay', '0', '--quiet', '--db', db] as const

  /** Begins a crawl and kills it when it has asked for so many URLs. */
  async function crawlKilled(db: string, requests: number): Promise<void> {
    const child = spawn(process.execPath, [BIN, ...crawlArgs(db)], { stdio: ['ignore', 'ignore', 'inherit'] })
    let left = requests
    seen.onRequest = () => {
      if (--left === 0) child.kill('SIGKILL')
    }
    await once(child, 'exit')
  }

  async function crawlOn(db: string): Promise<void> {
    const { code, stderr } = await millrace(crawlArgs(db))
    assert.equal(code, 0, stderr)
  }

  test('in its middle is finished on the other side, and back again, with the same export', async (t) => {
    const [server, calm] = [await freshDatabase(t), at('calm.db')]
    await crawlOn(calm)
    await crawlKilled(at('one.db'), 25)
    const there = await moved(at('one.db'), server)
    assert.deepEqual([there.outcome, there.isFinished], ['equal', true])
    await crawlKilled(server, 25)
    const back = await moved(server, `sqlite:${at('two.db')}`)
    assert.deepEqual([back.outcome, back.isFinished], ['equal', true])
    await crawlOn(at('two.db'))
    assert.deepEqual(await dataset(at('two.db')), await dataset(calm))
    const doctor = await millrace(['doctor', '--full', '--db', at('two.db')])
    assert.equal(doctor.code, 0, doctor.stdout)
    assert.equal((await found(at('two.db'))).length, (await found(calm)).length)
  })

  test('while it still crawls is caught up with until it ends', async () => {
    const crawl = spawn(process.execPath, [BIN, ...crawlArgs(at('live.db'))], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ended = once(crawl, 'exit')
    const { promise, resolve } = Promise.withResolvers<void>()
    let left = 15
    seen.onRequest = () => {
      if (--left === 0) resolve()
    }
    await promise
    const report = await moved(at('live.db'), at('live-moved.db'))
    await ended
    assert.equal(report.outcome, 'equal')
    assert.deepEqual(await dataset(at('live-moved.db')), await dataset(at('live.db')))
  })

  test('tells by its exit code how it ended, and never by 1', async (t) => {
    const one = at('codes.db')
    await crawlOn(one)
    await crawlOn(at('other.db'))
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['migrate', '--from', one, '--to', at('codes-to.db'), '--dry-run'], 0, /nothing is in the way/],
      [['migrate', '--from', one, '--to', at('codes-to.db'), '--tables', 'lanes'], 0, /only some tables/],
      [['runs', '--db', at('codes-to.db')], 75, /MoveUnfinished/],
      [['migrate', '--from', one, '--to', at('codes-to.db')], 0, /^equal: /],
      [['migrate', '--from', one, '--to', at('codes-to.db')], 0, /\nin \d/],
      [['verify', '--from', one, '--to', at('codes-to.db')], 0, /^equal: /],
      [['verify', '--from', one, '--to', at('other.db')], 65, /^different: .*pages/],
      [['migrate', '--from', one, '--to', at('other.db')], 73, /holds data/],
      [['migrate', '--undo', '--to', at('other.db')], 66, /no move brought/],
      [['migrate', '--undo', '--to', at('codes-to.db')], 0, /emptied/],
      [['migrate', '--from', one], 64, /--to URL/],
      [['migrate', '--from', one, '--to', one], 64, /the same/],
      [['migrate', '--from', one, '--to', at('x.db'), '--tables', 'jbos'], 64, /jobs/],
      [['migrate', '--undo', '--from', one, '--to', at('x.db')], 64, /nothing beside/],
      [['migrate', '--from', at('none.db'), '--to', at('x.db')], 66, /expected a Millrace database/],
      [['migrate', '--from', one, '--to', 'mysql://a/b'], 78, /BadConfig/],
      [
        ['verify', '--from', one, '--to', 'postgres://me:secret@127.0.0.1:1/none?connect_timeout=1'],
        69,
        /StoreUnreachable/,
      ],
    ]
    for (const [args, code, message] of cases) {
      const ended = await millrace(args)
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}${ended.stdout}`)
      assert.match(`${ended.stdout}${ended.stderr}`, message, args.join(' '))
      assert.doesNotMatch(ended.stderr, /secret/)
    }
    assert.equal(existsSync(at('x.db')), false)
    await t.test('with --json there is one document and nothing else', async () => {
      const look = await moved(one, at('json.db'), '--dry-run')
      assert.equal(look.outcome, 'ready')
      assert.ok((look.preflight?.rows ?? 0) > PAGES)
      const { stdout, stderr } = await millrace(['migrate', '--from', one, '--to', at('json.db'), '--json'])
      const report = JSON.parse(stdout) as Report
      assert.match(report.root ?? '', /^[0-9a-f]{64}$/)
      assert.ok((report.lastEqual?.position ?? 0) > 0)
      assert.equal(stderr, '')
    })
  })

  test('when the server is lost in its midst it ends with 69, and the same command goes on', async (t) => {
    const one = at('cut.db')
    await crawlOn(one)
    const database = await freshDatabase(t)
    const proxy = await startFaultProxy({ port: Number(new URL(database).port) })
    t.after(() => proxy.close())
    const act = () => {
      proxy.refuse(true)
      proxy.cut()
    }
    proxy.onceSeen({ direction: 'up', bytes: 'COPY "pages"', moment: 'before', act })
    const command = ['migrate', '--from', one, '--to', proxy.url(database)]
    const { code, stderr } = await millrace(command)
    assert.equal(code, 69, stderr)
    assert.match(stderr, /run the same command again, which goes on where it was \[StoreUnreachable\]/)
    proxy.refuse(false)
    const rest = await millrace(command)
    assert.equal(rest.code, 0, rest.stderr)
    assert.match(rest.stdout, /^equal: /)
  })

  test('interrupted by Ctrl-C it says when both were last equal, and goes on when asked again', async () => {
    const one = at('stopped.db')
    await crawlKilled(one, 20)
    const crawl = spawn(process.execPath, [BIN, ...crawlArgs(one)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const child = spawn(process.execPath, [BIN, 'migrate', '--from', one, '--to', at('stopped-to.db')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said: string[] = []
    child.stdout.on('data', (text: Buffer) => void said.push(String(text)))
    child.stderr.on('data', (text: Buffer) => {
      if (String(text).includes('caught up')) child.kill('SIGINT')
    })
    const [code] = (await once(child, 'close')) as [number]
    crawl.kill('SIGKILL')
    await once(crawl, 'exit')
    // The crawl may have ended before the move had caught up with it.
    if (code === 75) assert.match(said.join(''), /interrupted: last equal at 2/)
    else assert.equal(code, 0)
    assert.equal((await moved(one, at('stopped-to.db'))).outcome, 'equal')
  })
})
