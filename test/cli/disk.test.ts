/** A disk that is full pauses a crawl until there is room, and a folder that can not be written is said clearly. */
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { startSite, type Site } from '../site/index.ts'
import { BIN, jsonLinesOf, millrace } from './crawled-demo.ts'

const isRoot = process.getuid?.() === 0
const DISK_BYTES = 24 * 1024 * 1024

/** A crawl that can be watched and signalled while it runs. */
function startCrawl(args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, 'crawl', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout = gather(child.stdout)
  const stderr = gather(child.stderr)
  const closed = once(child, 'close') as Promise<[number | null]>
  const endedEarly = closed.then(() => {
    throw new Error(`it ended first: ${stderr.text()}`)
  })
  endedEarly.catch(() => undefined)
  return {
    paused: Promise.race([stderr.said('paused: '), endedEarly]),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: closed.then(([code]) => ({ code, stdout: stdout.text(), stderr: stderr.text() })),
  }
}

function gather(stream: Readable) {
  let all = ''
  stream.setEncoding('utf8').on('data', (words: string) => {
    all += words
  })
  return {
    text: () => all,
    async said(words: string) {
      while (!all.includes(words)) await once(stream, 'data')
    },
  }
}

/** An export without what differs between two crawls. */
async function exported(db: string, kind: string): Promise<readonly string[]> {
  const { stdout } = await millrace(['export', '--kind', kind, '--db', db])
  return jsonLinesOf(stdout).map(({ url, title, text, status, note, bytes, depth }) =>
    JSON.stringify({ url, title, text, status, note, bytes, depth }),
  )
}

describe(
  'a disk that does not take more',
  { skip: isRoot ? false : 'only root can mount a small disk' },
  () => {
    let folder: string
    let site: Site
    let isMounted = false
    let onRequest: ((path: string) => void) | undefined
    /** Resolves when every page has been asked for from now on. */
    const allAsked = () => {
      const missing = new Set(site.pageUrls.map((url) => url.slice(site.url.length)))
      const { promise, resolve } = Promise.withResolvers<void>()
      onRequest = (path) => {
        missing.delete(path)
        if (missing.size === 0) resolve()
      }
      return promise
    }
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'millrace-disk-'))
      site = await startSite({ pages: 400, seed: 5, onRequest: (path) => onRequest?.(path) })
      isMounted =
        spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder]).status === 0
    })
    after(async () => {
      await site.close()
      if (isMounted) execFileSync('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
    })
    const dbOf = (name: string) => `sqlite:${join(folder, name)}`
    const argsFor = (db: string) => [`${site.url}/`, '--allow-private', '--delay', '0', '--json', '--db', db]
    /** Leaves about 1.5 MB of the disk. */
    const takeRoom = () => writeFileSync(join(folder, 'ballast'), Buffer.alloc(DISK_BYTES - 1_500_000))
    const fillDisk = () => writeFileSync(join(folder, 'ballast'), Buffer.alloc(DISK_BYTES - 8_192))
    const emptyDisk = async () => {
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
    }
    const giveRoom = () => rmSync(join(folder, 'ballast'), { force: true })

    test('a full disk pauses the crawl, room lets it go on, and its dataset is that of an undisturbed one', async (t) => {
      if (!isMounted) return t.skip('this machine does not let a small disk be mounted')
      const calm = `sqlite:${join(await mkdtemp(join(tmpdir(), 'millrace-calm-')), 'a.db')}`
      assert.equal((await millrace(['crawl', ...argsFor(calm)])).code, 0)
      takeRoom()
      const out = join(folder, 'out.jsonl')
      const crawl = startCrawl([...argsFor(dbOf('a.db')), '--out', out])
      await crawl.paused
      const reading = await millrace(['runs', '--json', '--db', dbOf('a.db')])
      assert.equal(reading.code, 0, `reads go on: ${reading.stderr}`)
      giveRoom()
      const { code, stdout, stderr } = await crawl.ended
      assert.equal(code, 0, stderr)
      assert.match(stderr, new RegExp(`paused: the file system at ${folder} .*is full.*free some space`))
      assert.match(stderr, /there is room on the disk again/)
      assert.equal((JSON.parse(stdout) as { state: string }).state, 'completed')
      for (const kind of ['pages', 'documents']) {
        assert.deepEqual(await exported(dbOf('a.db'), kind), await exported(calm, kind))
      }
      const lines = (await readFile(out, 'utf8')).trim().split('\n')
      assert.equal(new Set(lines).size, (await exported(calm, 'documents')).length)
      assert.equal(lines.length, new Set(lines).size)
      const doctor = await millrace(['doctor', '--full', '--db', dbOf('a.db')])
      assert.equal(doctor.code, 0, doctor.stdout)
      await rm(join(calm.slice('sqlite:'.length), '..'), { recursive: true })
    })

    test('a full disk under --out alone does not hold the crawl up, and the file is whole when there is room', async (t) => {
      if (!isMounted) return t.skip('this machine does not let a small disk be mounted')
      await emptyDisk()
      fillDisk()
      const elsewhere = await mkdtemp(join(tmpdir(), 'millrace-calm-'))
      const db = `sqlite:${join(elsewhere, 'a.db')}`
      const out = join(folder, 'out.jsonl')
      const asked = allAsked()
      const crawl = startCrawl([...argsFor(db), '--out', out])
      await crawl.paused
      await asked
      giveRoom()
      const { code, stderr } = await crawl.ended
      assert.equal(code, 0, stderr)
      const lines = (await readFile(out, 'utf8')).trim().split('\n')
      assert.equal(new Set(lines).size, lines.length)
      assert.equal(lines.length, (await exported(db, 'documents')).length)
      await rm(elsewhere, { recursive: true })
    })

    test('Ctrl-C ends a paused crawl with exit code 75, and the same command goes on when there is room', async (t) => {
      if (!isMounted) return t.skip('this machine does not let a small disk be mounted')
      await emptyDisk()
      takeRoom()
      const crawl = startCrawl(argsFor(dbOf('b.db')))
      await crawl.paused
      crawl.kill('SIGINT')
      const { code, stderr } = await crawl.ended
      assert.equal(code, 75, stderr)
      assert.match(stderr, /stopped by SIGINT while the disk was full.*run the same command again/)
      giveRoom()
      const rest = await millrace(['crawl', ...argsFor(dbOf('b.db'))])
      const { state, pages } = JSON.parse(rest.stdout) as { state: string; pages: number }
      assert.deepEqual([rest.code, state], [0, 'completed'], rest.stderr)
      assert.ok(pages >= site.pageUrls.length)
    })

    test('a crawl that is started on a full disk says so and ends with exit code 74', async (t) => {
      if (!isMounted) return t.skip('this machine does not let a small disk be mounted')
      await emptyDisk()
      fillDisk()
      const { code, stderr } = await millrace(['crawl', ...argsFor(dbOf('c.db'))])
      assert.equal(code, 74, stderr)
      assert.match(stderr, /full.*free some space.*\[DiskFull\]/)
      giveRoom()
    })
  },
)

const NOBODY = 65534

test('a folder that can not be written ends with exit code 77 and leaves nothing behind', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-read-only-'))
  await chmod(folder, 0o555)
  const args = ['crawl', 'http://127.0.0.1:9/', '--allow-private', '--db', `sqlite:${join(folder, 'a.db')}`]
  // Root writes anywhere, so it becomes somebody who does not.
  const { code, stderr } = await millrace(args, isRoot ? { uid: NOBODY, cwd: '/' } : {})
  if (stderr.includes('MODULE_NOT_FOUND')) return t.skip('this checkout can not be read by another user')
  assert.equal(code, 77, stderr)
  assert.match(stderr, /folder/)
  assert.deepEqual(await readdir(folder), [])
  await chmod(folder, 0o700)
  await rm(folder, { recursive: true })
})
