/** The page stage: a URL becomes a page, a document and further URLs, in one unit. */
import { newId, URL_KEY_VERSION } from '../../model/index.ts'
import { stage, type Job, type Stage } from '../../jobs/index.ts'
import type { Command, Reader } from '../../store/index.ts'
import { header } from '../fetch/index.ts'
import { fetchPage, type FetchedPage, type PageOutcome, type PageQuestion } from './fetch-page.ts'
import type { PageTools } from './fetch-page.ts'
import { offerFinds, PAGE_KIND, type Pace } from '../frontier.ts'
import {
  addKeptPage,
  addPage,
  addRawBody,
  countInRun,
  documentCommands,
  earlierPage,
} from '../history/index.ts'
import { hostSaid } from '../politeness/index.ts'
import { longLinksNote } from './long-links.ts'
import { redirectLoop, viaOf } from './redirect.ts'
import type { CompiledScope } from '../scope/index.ts'

/** What the page stage of one run needs. */
export interface PageStageOptions extends PageTools {
  readonly run: string
  readonly source: string
  readonly scope: CompiledScope
  readonly pace: Pace
  /** Whether a server is asked if what an earlier run had of a page still holds. */
  readonly isConditional: boolean
  /** What is to happen to a new document: commands for the same unit. */
  readonly onDocument: (document: { readonly id: string }) => readonly Command[]
}

const NO_COUNT = { pages: 0, documents: 0, failed: 0, skipped: 0, bytes: 0 }

/** The stage of PAGE_KIND jobs. */
export function pageStage(options: PageStageOptions): Stage {
  return stage<PageQuestion, PageOutcome>({
    kind: PAGE_KIND,
    load: (reader, job) => loadQuestion(options, reader, job.uniqueKey),
    work: (question, context) => fetchPage(options, question, context),
    save: (outcome, job) =>
      outcome.kind === 'fetched' ? savePage(options, outcome, job) : [count(options, { skipped: 1 })],
    bury: () => [count(options, { failed: 1 })],
  })
}

async function loadQuestion(options: PageStageOptions, reader: Reader, url: string): Promise<PageQuestion> {
  const { source, run, isConditional } = options
  if (!isConditional) return { url, earlier: undefined }
  const [earlier] = await reader.read(earlierPage({ source, run, urlKey: url }))
  return { url, earlier }
}

function savePage(options: PageStageOptions, page: FetchedPage, job: Job): readonly Command[] {
  const now = options.clock.now()
  const loop = redirectLoop(job, page.redirectTo)
  const note =
    loop ??
    page.note ??
    leavesScope(options.scope, page.redirectTo) ??
    longLinksNote(options.scope, page.reading?.links ?? [])
  const isFailed = page.head.status >= 400 || loop !== null || page.isRefused
  return [
    ...(page.raw === null ? [] : [addRawBody(page.raw)]),
    ...saveDocument(options, page, job, now),
    ...savePageRow(options, { ...page, note }, job, now),
    hostSaid(job, page.head.status),
    ...(loop === null ? offerRedirect(options, page, job, now) : []),
    count(options, {
      pages: 1,
      documents: page.reading === null && page.kept === null ? 0 : 1,
      failed: isFailed ? 1 : 0,
      skipped: page.isForeign ? 1 : 0,
      bytes: page.raw?.bytes ?? 0,
    }),
  ]
}

function count(options: PageStageOptions, counts: Partial<typeof NO_COUNT>): Command {
  return countInRun({ id: options.run, ...NO_COUNT, ...counts })
}

function savePageRow(
  options: PageStageOptions,
  page: FetchedPage,
  job: Job,
  now: number,
): readonly Command[] {
  const row = pageRow(options, page, job, now)
  const { kept } = page
  if (kept === null) return [addPage({ ...row, hasDocument: page.reading !== null })]
  const { document, contentType, rawSha256 } = kept
  const links = kept.links as readonly string[]
  return [
    addKeptPage({ ...row, document, rawSha256, contentType: row.contentType ?? contentType }),
    ...offerLinks(options, links, job, now),
  ]
}

function pageRow(options: PageStageOptions, page: FetchedPage, job: Job, now: number) {
  const { head, raw } = page
  return {
    id: newId(now),
    run: options.run,
    source: options.source,
    url: job.uniqueKey,
    urlKey: job.uniqueKey,
    urlKeyVersion: URL_KEY_VERSION,
    status: head.status,
    contentType: header(head.headers, 'content-type') ?? null,
    headers: head.headers,
    remoteAddress: head.remoteAddress,
    fetchedAt: page.startedAt,
    durationMs: Math.round(page.durationMs),
    bytes: raw?.bytes ?? 0,
    rawSha256: raw?.sha256 ?? null,
    redirectTo: page.redirectTo,
    note: page.note,
  }
}

function saveDocument(
  options: PageStageOptions,
  page: FetchedPage,
  job: Job,
  now: number,
): readonly Command[] {
  const { reading, raw } = page
  if (reading === null || raw === null) return []
  const { fingerprint, ...content } = reading
  const id = newId(now)
  const { run, source } = options
  const [url, urlKey] = [job.uniqueKey, job.uniqueKey]
  const made = { rawSha256: raw.sha256, extractedFrom: null, createdAt: page.startedAt }
  return [
    ...documentCommands([{ row: { id, run, source, url, urlKey, ...content, ...made }, fingerprint }]),
    ...offerLinks(options, reading.links, job, now),
    ...options.onDocument({ id }),
  ]
}

function offerLinks(
  { run, scope, pace }: PageStageOptions,
  links: readonly string[],
  job: Job,
  now: number,
): readonly Command[] {
  const urls = links.filter((url) => scope.inScope(url))
  return offerFinds({ run, kind: PAGE_KIND, urls, parent: job.id, depth: 1, pace }, now)
}

function offerRedirect(
  options: PageStageOptions,
  page: FetchedPage,
  job: Job,
  now: number,
): readonly Command[] {
  const { run, scope, pace } = options
  if (page.redirectTo === null || !scope.inScope(page.redirectTo)) return []
  const via = [...viaOf(job), job.uniqueKey]
  return offerFinds(
    { run, kind: PAGE_KIND, urls: [page.redirectTo], parent: job.id, depth: 0, via, pace },
    now,
  )
}

function leavesScope(scope: CompiledScope, redirectTo: string | null): string | null {
  if (redirectTo === null || scope.inScope(redirectTo)) return null
  return `redirects out of scope: ${scope.explain(redirectTo).reason}`
}
