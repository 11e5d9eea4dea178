/** The page stage: a URL becomes a page, a document and further URLs, in one unit. */
import { newId, sha256, URL_KEY_VERSION } from '../../model/index.ts'
import { stage, type Job, type Stage } from '../../jobs/index.ts'
import type { Command } from '../../store/index.ts'
import { header } from '../fetch/index.ts'
import { fetchPage, type FetchedPage, type PageOutcome, type PageTools, type RawBody } from './fetch-page.ts'
import { offerFinds, PAGE_KIND, type Pace } from '../frontier.ts'
import type { ParsedPage } from '../read/html/index.ts'
import { addPage, addRawBody, countInRun, documentCommands } from '../history/index.ts'
import { redirectLoop, viaOf } from './redirect.ts'
import type { CompiledScope } from '../scope/index.ts'

/** Raised when the same raw body would yield another document. */
export const EXTRACTOR_VERSION = 1

/** What the page stage of one run needs. */
export interface PageStageOptions extends PageTools {
  readonly run: string
  readonly source: string
  readonly scope: CompiledScope
  readonly pace: Pace
  /** What is to happen to a new document: commands for the same unit. */
  readonly onDocument: (document: { readonly id: string }) => readonly Command[]
}

const NO_COUNT = { pages: 0, documents: 0, failed: 0, skipped: 0, bytes: 0 }

/** The stage of PAGE_KIND jobs. */
export function pageStage(options: PageStageOptions): Stage {
  return stage<string, PageOutcome>({
    kind: PAGE_KIND,
    load: (_reader, job) => Promise.resolve(job.uniqueKey),
    work: (url, context) => fetchPage(options, url, context),
    save: (outcome, job) =>
      outcome.kind === 'fetched' ? savePage(options, outcome, job) : [count(options, { skipped: 1 })],
    bury: () => [count(options, { failed: 1 })],
  })
}

function savePage(options: PageStageOptions, page: FetchedPage, job: Job): readonly Command[] {
  const now = options.clock.now()
  const loop = redirectLoop(job, page.redirectTo)
  const note = loop ?? page.note ?? leavesScope(options.scope, page.redirectTo)
  const isFailed = page.head.status >= 400 || loop !== null || page.isRefused
  return [
    ...(page.raw === null ? [] : [addRawBody(page.raw)]),
    ...saveDocument(options, page, job, now),
    addPage(pageRow(options, { ...page, note }, job, now)),
    ...(loop === null ? offerRedirect(options, page, job, now) : []),
    count(options, {
      pages: 1,
      documents: page.parsed === null ? 0 : 1,
      failed: isFailed ? 1 : 0,
      skipped: page.isForeign ? 1 : 0,
      bytes: page.raw?.bytes ?? 0,
    }),
  ]
}

function count(options: PageStageOptions, counts: Partial<typeof NO_COUNT>): Command {
  return countInRun({ id: options.run, ...NO_COUNT, ...counts })
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
    hasDocument: page.parsed !== null,
  }
}

function saveDocument(
  options: PageStageOptions,
  page: FetchedPage,
  job: Job,
  now: number,
): readonly Command[] {
  const { parsed, raw, fingerprint } = page
  if (parsed === null || raw === null || fingerprint === null) return []
  const id = newId(now)
  const { run, scope, pace } = options
  const urls = parsed.links.map((link) => link.url).filter((url) => scope.inScope(url))
  return [
    ...documentCommands(
      { id, ...documentRow(options, parsed, raw, job), createdAt: page.startedAt },
      fingerprint,
    ),
    ...offerFinds({ run, kind: PAGE_KIND, urls, parent: job.id, depth: 1, pace }, now),
    ...options.onDocument({ id }),
  ]
}

function documentRow(options: PageStageOptions, parsed: ParsedPage, raw: RawBody, job: Job) {
  return {
    run: options.run,
    source: options.source,
    url: job.uniqueKey,
    urlKey: job.uniqueKey,
    canonicalUrl: parsed.canonicalUrl,
    title: parsed.title,
    text: parsed.text,
    language: parsed.language,
    publishedAt: parsed.publishedAt,
    modifiedAt: parsed.modifiedAt,
    authors: parsed.authors,
    links: parsed.links.map((link) => link.url),
    metadata: { ...parsed.metadata },
    needsJavascript: parsed.needsJavascript,
    sha256: sha256(parsed.text),
    rawSha256: raw.sha256,
    extractor: EXTRACTOR_VERSION,
  }
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
