#!/usr/bin/env node
// Plain JavaScript that any Node can read: it finds a Node that can run Millrace, or says what to install.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import v8 from 'node:v8'

const NODE_MIN = [24, 16]
const root = fileURLToPath(new URL('..', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)
const isNewEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
const bundled = join(root, 'node_modules', 'node', 'bin', 'node')

// Compiled code is kept between calls, for our threads and children too (they look at the variable). In a folder of the
// user's own: who can write there can run code as the user. NODE_DISABLE_COMPILE_CACHE=1 turns it off.
const caches = process.env.XDG_CACHE_HOME || cachesOfUser()
if (caches) process.env.NODE_COMPILE_CACHE ||= join(caches, 'millrace', 'compiled')

if (isNewEnough) await run()
else if (existsSync(bundled)) launch()
else refuse()

async function run() {
  // A launcher that is killed takes us along, so that killing the command a user typed kills the work.
  if (process.env.MILLRACE_LAUNCHED && process.channel) {
    process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
    process.channel.unref()
  }
  if (process.env.NODE_COMPILE_CACHE) module.enableCompileCache()
  // V8 lets a heap grow to several times what lives in it where the machine has room. This keeps a crawl at two thirds
  // of the memory for the same speed (docs/benchmarks.md); a V8 that knows these flags no more says so and goes on.
  v8.setFlagsFromString('--semi-space-growth-factor=1')
  v8.setFlagsFromString('--min-semi-space-size=8')
  v8.setFlagsFromString('--heap-growing-percent=150')
  // A checkout runs its sources as they are; the published package carries them compiled.
  const source = join(root, 'src', 'cli.ts')
  const { main } = await import(
    pathToFileURL(existsSync(source) ? source : join(root, 'dist', 'cli.js')).href
  )
  process.exitCode = await main(process.argv)
}

/** Undefined for a user without a home, as in some containers: nothing is kept then. */
function cachesOfUser() {
  try {
    return join(homedir(), '.cache')
  } catch {
    return undefined
  }
}

function launch() {
  // In a process group of its own, so that a Ctrl-C reaches it once: by us.
  const child = spawn(bundled, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, MILLRACE_LAUNCHED: '1' },
    detached: true,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`millrace: cannot start ${bundled}: ${error.message}\n`)
    process.exitCode = 78
  })
  child.on('exit', (code, signal) => {
    if (signal) process.stderr.write(`millrace: ended by ${signal}; the same command goes on where it was\n`)
    process.exit(code ?? 128 + constants.signals[signal])
  })
}

function refuse() {
  const wanted = NODE_MIN.join('.')
  process.stderr.write(`millrace: expected Node ${wanted} or later, got ${process.versions.node}; `)
  process.stderr.write('install it from https://nodejs.org, or run `npm ci` in a checkout\n')
  process.exitCode = 78
}
