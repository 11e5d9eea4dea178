#!/usr/bin/env node
// Plain JavaScript that any Node can read: it finds a Node that can run Millrace, or says what to install.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NODE_MIN = [24, 16]
const root = fileURLToPath(new URL('..', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)
const isNewEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
const bundled = join(root, 'node_modules', 'node', 'bin', 'node')

if (isNewEnough) {
  // A checkout runs its sources as they are; the published package carries them compiled.
  const source = join(root, 'src', 'cli.ts')
  const { main } = await import(
    pathToFileURL(existsSync(source) ? source : join(root, 'dist', 'cli.js')).href
  )
  process.exitCode = await main(process.argv)
} else if (existsSync(bundled)) {
  const { status, signal, error } = spawnSync(bundled, process.argv.slice(1), { stdio: 'inherit' })
  if (error) throw error
  if (signal) process.kill(process.pid, signal)
  process.exitCode = status ?? 70
} else {
  const wanted = NODE_MIN.join('.')
  process.stderr.write(`millrace: expected Node ${wanted} or later, got ${process.versions.node}; `)
  process.stderr.write('install it from https://nodejs.org, or run `npm ci` in a checkout\n')
  process.exitCode = 78
}
