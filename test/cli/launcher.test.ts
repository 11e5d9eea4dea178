/** The launcher: what a user runs when the machine's own Node is too old. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startSite } from '../site/index.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const OLD_NODE = '/usr/bin/node'
const isOldNodeHere =
  existsSync(OLD_NODE) && fileURLToPath(new URL(`file://${OLD_NODE}`)) !== process.execPath
const skip = isOldNodeHere ? false : 'no other Node at /usr/bin/node on this machine'

test('a signal to the launcher stops the crawl, which exits 75 and can go on', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-launch-'))
  const seen = Promise.withResolvers<void>()
  const site = await startSite({ pages: 50, seed: 1, onRequest: () => seen.resolve() })
  const args = [BIN, 'crawl', `${site.url}/`, '--allow-private', '--db', `sqlite:${join(folder, 'a.db')}`]
  const child = spawn(OLD_NODE, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const exit = once(child, 'exit')
  await seen.promise
  child.kill('SIGINT')
  assert.deepEqual(await exit, [75, null])
  await site.close()
  await rm(folder, { recursive: true })
})
