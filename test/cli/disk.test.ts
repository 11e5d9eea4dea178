/** A disk that is full, and a folder that can not be written: said clearly, and mended by making room. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startSite, type Site } from '../site/index.ts'
import { millrace } from './crawled-demo.ts'

const isRoot = process.getuid?.() === 0

describe(
  'a disk that does not take more',
  { skip: isRoot ? false : 'only root can mount a small disk' },
  () => {
    let folder: string
    let site: Site
    let isMounted = false
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'millrace-disk-'))
      site = await startSite({ pages: 400, seed: 5 })
      isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status === 0
    })
    after(async () => {
      await site.close()
      if (isMounted) execFileSync('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
    })
    const crawl = () => {
      const db = `sqlite:${join(folder, 'a.db')}`
      return millrace(['crawl', `${site.url}/`, '--allow-private', '--delay', '0', '--json', '--db', db])
    }

    test('a full disk ends the crawl with exit code 74, and with more room the same command finishes it', async (t) => {
      if (!isMounted) return t.skip('this machine does not let a small disk be mounted')
      const full = await crawl()
      assert.equal(full.code, 74, full.stderr)
      assert.match(full.stderr, /full.*free some space.*\[DiskFull\]/)
      execFileSync('mount', ['-o', 'remount,size=200m', folder])
      const rest = await crawl()
      const { state, pages } = JSON.parse(rest.stdout) as { state: string; pages: number }
      assert.deepEqual([rest.code, state], [0, 'completed'], rest.stderr)
      assert.ok(pages >= site.pageUrls.length)
      const doctor = await millrace(['doctor', '--full', '--db', `sqlite:${join(folder, 'a.db')}`])
      assert.equal(doctor.code, 0, doctor.stdout)
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
