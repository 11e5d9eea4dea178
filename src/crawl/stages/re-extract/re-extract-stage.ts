/**
 * Stored pages are read again: one job a URL, offered by a job that walks the selection in chunks. A job's document, what
 * is to happen to it, its counts and its end are one unit, as where a page is fetched.
 */
import { newId, type Clock } from '../../../model/index.ts'
import { ensureLane, offer, stage, type Job, type Stage } from '../../../jobs/index.ts'
import { command, query, type Command, type Shape, type Values } from '../../../store/index.ts'
import { countInRun, documentCommands } from '../../history/index.ts'
import type { PageReader, Reading } from '../../read/page/index.ts'
import { nextStored, type Selection } from './selection.ts'

/** The job kind of reading one stored page again. */
export const RE_EXTRACT_KIND = 'crawl.re-extract'
/** The job kind that offers those jobs. */
export const RE_EXTRACT_WALK_KIND = 'crawl.re-extract-walk'
/** The lane of both, which touch no host. */
export const RE_EXTRACT_LANE = 're-extract'

const URLS_A_WALK = 500
const ATTEMPTS_MAX = 3
const NO_COUNT = { pages: 0, documents: 0, failed: 0, skipped: 0, bytes: 0 }

const storedShape = {
  id: 'text',
  source: 'text',
  url: 'text',
  contentType: 'text?',
  sha256: 'text',
  bytes: 'int',
  compression: 'text',
  body: 'bytes',
} as const satisfies Shape

/* Served by pages_versions. */
const storedPage = query({
  name: 'stored.page',
  params: { urlKey: 'text' },
  gives: storedShape,
  sql: `SELECT page.id, page.source, page.url, page.content_type, body.sha256, body.bytes, body.compression, body.body
    FROM pages AS page JOIN raw_bodies AS body ON body.sha256 = page.raw_sha256
    WHERE page.url_key = :urlKey AND page.status BETWEEN 200 AND 299 ORDER BY page.position DESC LIMIT 1`,
})

type StoredPage = Values<typeof storedShape>

/** Counts a page that was read again; a document where this unit added the one of that id. */
const countRead = command({
  name: 'runs.countRead',
  params: { id: 'text', document: 'text', bytes: 'int' },
  statements: [
    {
      sql: `UPDATE runs SET pages = pages + 1, bytes = bytes + :bytes, position = :position,
          documents = documents + (SELECT count(*) FROM documents WHERE id = :document) WHERE id = :id`,
      changes: { noun: 'run', op: 'put', id: 'id' },
    },
  ],
})

/** What the stages of one run need. */
export interface ReExtractStageOptions {
  readonly run: string
  readonly selection: Selection
  readonly reader: PageReader
  readonly clock: Clock
  /** What is to happen to a new document: commands for the same unit. */
  readonly onDocument: (document: { readonly id: string }) => readonly Command[]
}

/** The job that walks on from a url key. */
export function offerWalk(run: string, after: string, now: number): readonly Command[] {
  const entries = [{ id: newId(now), key: after, lane: RE_EXTRACT_LANE, input: {} }]
  return [
    ensureLane({ key: RE_EXTRACT_LANE, concurrency: 64, gapMs: 0 }),
    offer({ run, kind: RE_EXTRACT_WALK_KIND, entries, priority: 0, attemptsMax: ATTEMPTS_MAX }),
  ]
}

/** The stage of RE_EXTRACT_WALK_KIND jobs: each offers a chunk of URLs, and the next walk. */
export function walkStage({ run, selection, clock }: ReExtractStageOptions): Stage {
  return stage<readonly string[], readonly string[]>({
    kind: RE_EXTRACT_WALK_KIND,
    isKept: false,
    load: (reader, job) => nextStored(reader, selection, { after: job.uniqueKey, limit: URLS_A_WALK }),
    work: (urls) => Promise.resolve(urls),
    save(urls) {
      const last = urls.at(-1)
      if (last === undefined) return []
      const now = clock.now()
      const entries = urls.map((key) => ({ id: newId(now), key, lane: RE_EXTRACT_LANE, input: {} }))
      return [
        offer({ run, kind: RE_EXTRACT_KIND, entries, priority: 0, attemptsMax: ATTEMPTS_MAX }),
        ...(urls.length < URLS_A_WALK ? [] : offerWalk(run, last, now)),
      ]
    },
  })
}

interface ReadAgain {
  readonly page: StoredPage
  readonly reading: Reading
}

/** The stage of RE_EXTRACT_KIND jobs. */
export function reExtractStage(options: ReExtractStageOptions): Stage {
  const { run, reader } = options
  const count = (counts: Partial<typeof NO_COUNT>) => [countInRun({ id: run, ...NO_COUNT, ...counts })]
  return stage<StoredPage | undefined, ReadAgain | undefined>({
    kind: RE_EXTRACT_KIND,
    isKept: false,
    load: async (rows, job) => (await rows.read(storedPage({ urlKey: job.uniqueKey })))[0],
    async work(page) {
      // Its run was deleted meanwhile.
      if (page === undefined) return undefined
      const reading = await reader.readStored(page)
      return reading === null ? undefined : { page, reading }
    },
    save: (read, job) => (read === undefined ? count({ skipped: 1 }) : saveReading(options, read, job)),
    bury: () => count({ failed: 1 }),
  })
}

function saveReading(options: ReExtractStageOptions, read: ReadAgain, job: Job): readonly Command[] {
  const { run, clock, onDocument } = options
  const { id: extractedFrom, source, url, sha256: rawSha256, bytes } = read.page
  const { fingerprint, ...content } = read.reading
  const now = clock.now()
  const id = newId(now)
  const of = { run, source, url, urlKey: job.uniqueKey, rawSha256, extractedFrom, createdAt: now }
  return [
    ...documentCommands([{ row: { id, ...of, ...content }, fingerprint }]),
    countRead({ id: run, document: id, bytes }),
    ...onDocument({ id }),
  ]
}

/** What a store must be opened with for these stages. */
export const reExtractStageDefinitions = [storedPage.definition, countRead.definition]
