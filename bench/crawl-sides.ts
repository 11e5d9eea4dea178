/** The sides of the crawl benchmark: how each is started, and how its stored pages are counted. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

import { packageVersion, programVersion } from './rig/machine.ts'
import type { Command, Measured } from './rig/measure.ts'

/** One crawl to do. */
export interface Task {
  /** The page to start at. */
  readonly url: string
  /** An empty folder for everything the side stores. */
  readonly folder: string
  readonly concurrency: number
  /** An empty database of Postgres, for the side that writes there. */
  readonly database?: string
}

/** A crawler that takes part. */
export interface Side {
  readonly name: string
  command(task: Task): Command
  /** Pages the side has stored, counted from what it left behind. */
  pages(task: Task, measured: Measured): Promise<number>
  /** How fast the last 1,000 pages came, by how fast the first 1,000 came; null where nobody can tell. */
  steadiness?(task: Task): number | null
  version(): Promise<Record<string, string>>
}

/** The side that ratios are about. */
export const OURS = 'millrace'

const SCRAPY = '/usr/bin/scrapy'
/** With node's own limit of 4 GB it runs out of memory on sites of some 10,000 pages. */
const CRAWLEE_HEAP = '--max-old-space-size=16000'
/** Pages at either end of a crawl whose times are compared. */
const SLICE = 1_000

const millrace: Side = {
  name: OURS,
  command: (task) => ourCommand(task, `sqlite:${join(task.folder, 'x.db')}`),
  pages: async (_, { stdout }) => pagesIn(stdout),
  steadiness({ folder }) {
    const db = new DatabaseSync(join(folder, 'x.db'), { readOnly: true })
    const ends = db.prepare('SELECT fetched_at + duration_ms AS at FROM pages ORDER BY at').all()
    db.close()
    const at = (index: number) => Number(ends.at(index)?.['at'])
    return ends.length < 2 * SLICE ? null : (at(SLICE - 1) - at(0)) / (at(-1) - at(-SLICE))
  },
  version: ourVersion,
}

const millracePostgres: Side = {
  name: 'millrace-postgres',
  command: (task) => ourCommand(task, task.database ?? ''),
  pages: async (_, { stdout }) => pagesIn(stdout),
  version: ourVersion,
}

const crawlee: Side = {
  name: 'crawlee',
  command: ({ url, folder, concurrency }) => ({
    program: process.execPath,
    args: [CRAWLEE_HEAP, fileHere('peers/crawlee.mjs'), url, folder, String(concurrency)],
  }),
  pages: async (_, { stdout }) => pagesIn(stdout),
  version: async () => ({ '@crawlee/cheerio': await packageVersion('@crawlee/cheerio') }),
}

const scrapy: Side = {
  name: 'scrapy',
  command: ({ url, folder, concurrency }) => ({
    program: SCRAPY,
    args: [
      'runspider',
      fileHere('peers/scrapy_spider.py'),
      ...pairs({ '-a': `url=${url}`, '-o': join(folder, 'pages.jsonl') }),
      ...pairs({ '-s': `JOBDIR=${join(folder, 'job')}` }),
      ...pairs({ '-s': `CONCURRENT_REQUESTS=${concurrency}` }),
      ...pairs({ '-s': `CONCURRENT_REQUESTS_PER_DOMAIN=${concurrency}` }),
    ],
  }),
  pages: async ({ folder }) => countLines(await readFile(join(folder, 'pages.jsonl'))),
  version: async () => ({ scrapy: (await programVersion(SCRAPY, ['version'])).replace('Scrapy ', '') }),
}

/** Every side, ours first. */
export const SIDES: readonly Side[] = [millrace, crawlee, scrapy]
/** The two databases Millrace can write to. */
export const OWN_SIDES: readonly Side[] = [millrace, millracePostgres]

function ourCommand({ url, concurrency }: Task, database: string): Command {
  const options = { '--db': database, '--concurrency': concurrency, '--delay': 0 }
  const flags = ['--allow-private', '--json', '--quiet', ...pairs(options)]
  return { program: process.execPath, args: [fileHere('../bin/millrace.js'), 'crawl', url, ...flags] }
}

async function ourVersion(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(fileHere('../package.json'), 'utf8')) as { version: string }
  return { millrace: manifest.version }
}

function fileHere(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

function pairs(options: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [name, String(value)])
}

function pagesIn(stdout: string): number {
  return (JSON.parse(stdout) as { pages: number }).pages
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}
