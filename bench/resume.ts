/**
 * The resume benchmark: how long a crawl that knows many URLs takes from its start to its first request, and what it
 * needs of memory. The known URLs are put into the file of a crawl that was stopped; each side is a number of them.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

import { fileSystemOf, runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import type { Measured } from './rig/measure.ts'
import { median } from './rig/report.ts'
import type { Report, SideReport } from './rig/report.ts'
import { chooseSides, inTurns } from './rig/settings.ts'
import type { Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  readonly known: number
}

interface Resumed {
  readonly firstRequestMs: number
  readonly measured: Measured
}

const SIDES: readonly Side[] = [
  { name: '10000-known', known: 10_000 },
  { name: '100000-known', known: 100_000 },
  { name: '1000000-known', known: 1_000_000 },
]

/** Pages a resumed crawl reads before it stops: enough to be at work, few against what it knows. */
const PAGES = 500
const MAIN_FIGURE = 'first request ms'
const MILLRACE = fileURLToPath(new URL('../bin/millrace.js', import.meta.url))

/** Resumes a stopped crawl of each size. */
export async function resumeBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  const root = await mkdtemp(join(settings.dir ?? tmpdir(), 'bench-resume-'))
  const site = await startSite()
  try {
    const results = await inTurns(sides, settings.rounds, (side) => resumeOnce(side, root, site))
    return {
      name: 'resume',
      mainFigure: MAIN_FIGURE,
      settings: { rounds: settings.rounds, pages: PAGES, fileSystem: await fileSystemOf(root) },
      versions: runtimeVersions(),
      sides: sides.map((side) => summarise(side.name, results.get(side.name) ?? [])),
      ratios: {},
      notes: ['time is from spawn to the first request the site sees, start-up included'],
    }
  } finally {
    site.close()
    await rm(root, { recursive: true })
  }
}

/** A site of pages without links, that notes when it was first asked. */
async function startSite() {
  const state = { firstAt: 0 }
  const server = createServer((request, response) => {
    if (state.firstAt === 0) state.firstAt = performance.now()
    response.writeHead(request.url === '/robots.txt' ? 404 : 200, { 'content-type': 'text/html' })
    response.end(`<title>${request.url}</title><p>Nothing but a paragraph of text about ${request.url}.`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, state, close: () => server.close() }
}

type Site = Awaited<ReturnType<typeof startSite>>

async function resumeOnce({ name, known }: Side, root: string, site: Site): Promise<Resumed> {
  const folder = await mkdtemp(join(root, `${name}-`))
  const db = join(folder, 'x.db')
  await crawl(db, site, 1)
  addKnown(db, site.host, known)
  site.state.firstAt = 0
  const startedAt = performance.now()
  const measured = await crawl(db, site, PAGES)
  await rm(folder, { recursive: true })
  return { firstRequestMs: site.state.firstAt - startedAt, measured }
}

function crawl(db: string, site: Site, pages: number): Promise<Measured> {
  const pace = ['--concurrency', '32', '--delay', '0', '--max-pages', String(pages)]
  const what = [`http://${site.host}/`, '--db', `sqlite:${db}`, '--allow-private', '--json', '--quiet']
  return measure({ program: process.execPath, args: [MILLRACE, 'crawl', ...what, ...pace] })
}

/** Nine of ten are done, one waits: as in the middle of a large crawl. Ids grow as those of jobs do. */
function addKnown(path: string, host: string, known: number): void {
  const db = new DatabaseSync(path)
  const insert =
    db.prepare(`INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts,
      attempts_max, waits, crashes, crashes_alone, epoch, created_at, position)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :known)
    SELECT printf('00000000-0000-7000-8000-%012x', n), (SELECT id FROM runs), 'crawl.page',
      printf('http://%s/known/%d', :host, n), :host, iif(n % 10 = 0, 'available', 'completed'), 1 + n % 7, 0, '{}', 0, 4,
      0, 0, 0, 0, 0, 0
    FROM numbers`)
  db.exec('BEGIN')
  insert.run({ known, host })
  // What was stopped for its --max-pages is unfinished only as long as something waits.
  db.exec("UPDATE runs SET state = 'stopped', finished_at = NULL")
  db.exec('COMMIT')
  db.close()
}

function summarise(name: string, results: readonly Resumed[]): SideReport {
  const times = results.map(({ firstRequestMs }) => firstRequestMs)
  const figures = {
    [MAIN_FIGURE]: median(times),
    'whole s': median(results.map(({ measured }) => measured.seconds)),
    'peak RSS MB': median(results.map(({ measured }) => measured.peakRssMb)),
  }
  return { name, figures, rounds: times }
}
