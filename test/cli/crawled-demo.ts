/** The demo site crawled once by the real command, for tests that look at what can be done with a crawl. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveDemo } from '../../demo/serve.ts'
import { runCommand, type Ended } from '../process/index.ts'

/** The command's file. */
export const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))

/** A served site, a database it was crawled into, and commands on both. */
export interface CrawledDemo {
  readonly url: string
  readonly folder: string
  readonly db: string
  /** What the crawl said and how it ended. */
  readonly crawl: Ended
  /** Runs `millrace ARGS --db ...`. */
  millrace(...args: readonly string[]): Promise<Ended>
  close(): Promise<void>
}

/** Runs `millrace ARGS` as it is. */
export function millrace(
  args: readonly string[],
  options: Parameters<typeof runCommand>[1] = {},
): Promise<Ended> {
  return runCommand([BIN, ...args], options)
}

/** Serves and crawls. */
export async function crawlDemo(): Promise<CrawledDemo> {
  const site = await serveDemo()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
  const db = `sqlite:${join(folder, 'demo.db')}`
  const crawl = await millrace([
    'crawl',
    `${site.url}/`,
    '--allow-private',
    '--delay',
    '0',
    '--json',
    '--db',
    db,
  ])
  return {
    url: site.url,
    folder,
    db,
    crawl,
    millrace: (...args) => millrace([...args, '--db', db]),
    async close() {
      await site.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Output lines as JSON. */
export function jsonLinesOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
