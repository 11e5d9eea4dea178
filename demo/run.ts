/** The README's demo: serves the shipped site, crawls it into one file, and shows what can be done with that. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { serveDemo } from './serve.ts'

const BIN = fileURLToPath(new URL('../bin/millrace.js', import.meta.url))
const LINE_CHARS_MAX = 240

const site = await serveDemo()
const folder = await mkdtemp(join(tmpdir(), 'millrace-demo-'))
const db = `sqlite:${join(folder, 'demo.db')}`
try {
  await show(['crawl', `${site.url}/`, '--allow-private', '--delay', '20ms'])
  await show(['search', 'overshot wheel efficiency', '--limit', '2'])
  await show(['export', '--kind', 'documents'], 2)
} finally {
  await site.close()
  await rm(folder, { recursive: true, force: true })
}

/** Runs one command as a user would type it, and prints it with its output, or the first `lines` of that. */
async function show(args: readonly string[], lines: number = Number.POSITIVE_INFINITY): Promise<void> {
  process.stdout.write(`\n$ millrace ${args.map(quoted).join(' ')}\n`)
  const child = spawn(process.execPath, [BIN, ...args, '--db', db], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const printed = (await text(child.stdout)).split('\n').slice(0, lines).map(shorten)
  process.stdout.write(`${printed.join('\n').trimEnd()}\n`)
  const [code] = (await ended) as [number | null]
  if (code !== 0) throw new Error(`millrace ${args[0]} exited with ${code}`)
}

function quoted(word: string): string {
  return /^[\w:/.=-]+$/.test(word) ? word : `'${word}'`
}

function shorten(line: string): string {
  return line.length <= LINE_CHARS_MAX
    ? line
    : `${line.slice(0, LINE_CHARS_MAX)}… (${line.length} characters)`
}
