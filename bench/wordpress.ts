/**
 * The WordPress benchmark: a site of many posts, served by a fake one in a process of its own, read from nothing to its
 * proof, and then once more when nothing has changed. Requests are counted by the site.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { fileSystemOf, runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import { median } from './rig/report.ts'
import type { Report } from './rig/report.ts'
import type { Settings } from './rig/settings.ts'

interface Round {
  readonly requests: number
  readonly seconds: number
  readonly peakRssMb: number
  /** NaN where it could not be taken. */
  readonly cpuSeconds: number
  readonly againRequests: number
  readonly againSeconds: number
}

/** Words of a post: about 2.4 kB of HTML. */
const WORDS = 350
const MAIN_FIGURE = 'posts/s'
const MILLRACE = fileURLToPath(new URL('../bin/millrace.js', import.meta.url))
const SITE = fileURLToPath(new URL('sides/wordpress-site.ts', import.meta.url))

/** Reads `units` posts. */
export async function wordpressBench({ rounds: count, units: posts, dir }: Settings): Promise<Report> {
  const root = await mkdtemp(join(dir ?? tmpdir(), 'bench-wordpress-'))
  const site = await startSite(posts)
  try {
    const rounds: Round[] = []
    for (let index = 0; index < count; index++) rounds.push(await readTwice(site, join(root, `${index}.db`)))
    const medianOf = (field: keyof Round) => median(rounds.map((round) => round[field]))
    const speeds = rounds.map(({ seconds }) => posts / seconds)
    const figures = {
      [MAIN_FIGURE]: median(speeds),
      'CPU s': medianOf('cpuSeconds'),
      requests: medianOf('requests'),
      'no-change requests': medianOf('againRequests'),
      'no-change s': medianOf('againSeconds'),
      'peak RSS MB': medianOf('peakRssMb'),
    }
    return {
      name: 'wordpress',
      mainFigure: MAIN_FIGURE,
      settings: { rounds: count, posts, words: WORDS, fileSystem: await fileSystemOf(root) },
      versions: runtimeVersions(),
      sides: [{ name: 'millrace', figures, rounds: speeds }],
      ratios: {},
      notes: [
        'robots.txt is not counted; 100 pages, 200 authors, 2,050 terms and 2,000 images come along with the posts',
      ],
    }
  } finally {
    site.end()
    await rm(root, { recursive: true })
  }
}

async function startSite(posts: number) {
  const child = spawn(process.execPath, [SITE, String(posts), String(WORDS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => String((await lines.next()).value)
  const url = await nextLine()
  return {
    url,
    async requests(): Promise<number> {
      child.stdin.write('count\n')
      return Number((await nextLine()).split(' ')[1])
    },
    end: () => child.stdin.end(),
  }
}

async function readTwice(site: Awaited<ReturnType<typeof startSite>>, db: string): Promise<Round> {
  const before = await site.requests()
  const first = await crawl(site.url, db)
  const between = await site.requests()
  const again = await crawl(site.url, db)
  const requests = between - before
  const againRequests = (await site.requests()) - between
  const { seconds, peakRssMb, cpuSeconds } = first
  // Each process may ask for robots.txt once, which is not of the API.
  return {
    requests: requests - 1,
    seconds,
    peakRssMb,
    cpuSeconds: cpuSeconds ?? Number.NaN,
    againRequests,
    againSeconds: again.seconds,
  }
}

function crawl(url: string, db: string) {
  const pace = ['--concurrency', '8', '--delay', '0']
  const what = [url, '--source', 'wordpress', '--db', `sqlite:${db}`, '--allow-private', '--json', '--quiet']
  return measure({ program: process.execPath, args: [MILLRACE, 'crawl', ...what, ...pace] })
}
