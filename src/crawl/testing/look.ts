/** Every row that a crawl writes, for tests to look at. */
import { query, sqlName, type Codec, type Reader, type Values } from '../../store/index.ts'

const pageShape = {
  id: 'text',
  run: 'text',
  url: 'text',
  status: 'int',
  contentType: 'text?',
  headers: 'json',
  remoteAddress: 'text',
  bytes: 'int',
  rawSha256: 'text?',
  redirectTo: 'text?',
  note: 'text?',
  document: 'text?',
  change: 'text?',
  position: 'int',
} as const

const documentShape = {
  id: 'text',
  run: 'text',
  url: 'text',
  title: 'text',
  text: 'text',
  links: 'json',
  metadata: 'json',
  sha256: 'text',
  rawSha256: 'text',
  position: 'int',
} as const

const jobShape = {
  id: 'text',
  run: 'text',
  kind: 'text',
  uniqueKey: 'text',
  state: 'text',
  priority: 'int',
  attempts: 'int',
  waits: 'int',
  errorCode: 'text?',
  errorMessage: 'text?',
  position: 'int',
} as const

const bodyShape = {
  sha256: 'text',
  bytes: 'int',
  compression: 'text',
  body: 'bytes',
  position: 'int',
} as const

const laneShape = {
  key: 'text',
  concurrency: 'int',
  gapMs: 'int',
  nextAt: 'time',
  waitUntil: 'time',
  waitReason: 'text?',
  waitCode: 'text?',
  failures: 'int',
  penaltyMs: 'int',
  openUntil: 'time',
  errorStatus: 'int?',
} as const

const robotsShape = { origin: 'text', status: 'int', fetchedAt: 'time', expiresAt: 'time' } as const

function lookAt<const S extends Readonly<Record<string, Codec>>>(table: string, shape: S, order: string) {
  const columns = Object.keys(shape).map(sqlName).join(', ')
  const sql = `SELECT ${columns} FROM ${table} ORDER BY ${order}`
  return query({ name: `look.${table}`, params: {}, gives: shape, sql })
}

const pages = lookAt('pages', pageShape, 'url, position')
const documents = lookAt('documents', documentShape, 'url, position')
const jobs = lookAt('jobs', jobShape, 'unique_key')
const bodies = lookAt('raw_bodies', bodyShape, 'sha256')
const lanes = lookAt('lanes', laneShape, 'key')
const robots = lookAt('robots', robotsShape, 'origin')
const sources = lookAt('sources', { id: 'text', key: 'text' } as const, 'id')
const runs = lookAt('runs', { id: 'text', source: 'text', state: 'text' } as const, 'id')

/** What a store must be opened with for these tests beside what crawl itself needs. */
export const lookDefinitions = [pages, documents, jobs, bodies, lanes, robots, sources, runs].map(
  (made) => made.definition,
)

/** A row of pages. */
export type PageLook = Values<typeof pageShape>

/** All pages of a run by URL. */
export async function pagesOf(reader: Reader, run: string): Promise<readonly PageLook[]> {
  return (await reader.read(pages({}))).filter((page) => page.run === run)
}

/** The one page of a URL in a run. */
export async function pageAt(reader: Reader, run: string, url: string): Promise<PageLook> {
  const [page] = (await pagesOf(reader, run)).filter((page) => page.url === url)
  if (page === undefined) throw new Error(`expected a page of ${url}`)
  return page
}

/** All jobs of a run by key. */
export async function jobsOf(reader: Reader, run: string) {
  return (await reader.read(jobs({}))).filter((job) => job.run === run)
}

/** The lane of a host. */
export async function laneOf(reader: Reader, url: string) {
  const [lane] = (await reader.read(lanes({}))).filter((lane) => lane.key === new URL(url).host)
  if (lane === undefined) throw new Error(`expected a lane for ${url}`)
  return lane
}

/** Every row of every table that a crawl writes, lanes apart. */
export async function everything(reader: Reader) {
  return {
    pages: await reader.read(pages({})),
    documents: await reader.read(documents({})),
    bodies: await reader.read(bodies({})),
    jobs: await reader.read(jobs({})),
    robots: await reader.read(robots({})),
    sources: await reader.read(sources({})),
    runs: await reader.read(runs({})),
  }
}
