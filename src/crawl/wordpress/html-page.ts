/** `--full-html`: the page of a post, fetched as a reader would see it, in place of the API's answer; the document stays. */
import { hostOf, newId, URL_KEY_VERSION } from '../../model/index.ts'
import { offer, stage, type Stage } from '../../jobs/index.ts'
import type { Command } from '../../store/index.ts'
import { header } from '../fetch/index.ts'
import { WORDPRESS_HTML_KIND } from '../frontier.ts'
import { addPage, addRawBody, dropPage } from '../history/index.ts'
import { hostSaid } from '../politeness/index.ts'
import { fetchPage, type PageOutcome } from '../stages/index.ts'
import type { WordpressTools } from './step.ts'

const ATTEMPTS_MAX = 4

/** The jobs that fetch the pages of stored posts, where pages are asked for. */
export function offerHtml(
  { wantsHtml, run, clock }: WordpressTools,
  urls: readonly string[],
): readonly Command[] {
  if (!wantsHtml) return []
  const entries = urls.map((key) => ({ id: newId(clock.now()), key, lane: hostOf(key), input: {} }))
  return [offer({ run, kind: WORDPRESS_HTML_KIND, entries, priority: 0, attemptsMax: ATTEMPTS_MAX })]
}

/** The stage of those jobs. A page that can not be had leaves the API's answer where it is. */
export function htmlStage(tools: WordpressTools): Stage {
  return stage<string, PageOutcome>({
    kind: WORDPRESS_HTML_KIND,
    load: (_reader, job) => Promise.resolve(job.uniqueKey),
    work: (url, context) => fetchPage(tools, { url, earlier: undefined }, context),
    save: (outcome, job) => [
      ...savePage(tools, outcome, job.uniqueKey),
      ...(outcome.kind === 'fetched' ? [hostSaid(job, outcome.head.status)] : []),
    ],
  })
}

function savePage(
  { run, source, clock }: WordpressTools,
  page: PageOutcome,
  url: string,
): readonly Command[] {
  if (page.kind === 'disallowed' || page.raw === null || page.reading === null) return []
  const { head, raw } = page
  const row = {
    id: newId(clock.now()),
    run,
    source,
    url,
    urlKey: url,
    urlKeyVersion: URL_KEY_VERSION,
    status: head.status,
    contentType: header(head.headers, 'content-type') ?? null,
    headers: head.headers,
    remoteAddress: head.remoteAddress,
    fetchedAt: page.startedAt,
    durationMs: Math.round(page.durationMs),
    bytes: raw.bytes,
    rawSha256: raw.sha256,
    redirectTo: null,
    note: page.note,
    hasDocument: true,
  }
  return [addRawBody(raw), dropPage({ run, urlKey: url }), addPage(row)]
}
