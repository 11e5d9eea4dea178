/**
 * A page as WARC records: its answer, and a metadata record with what the crawl knows beside it. There is no request
 * record: the headers that were sent are not kept, and an archive must not hold what nobody has seen.
 */
import type { PageLine, PageWithBody } from '../../export/index.ts'
import { headerValue, httpHead } from './http-head.ts'
import { recordId, warcFields, type WarcRecord } from './warc-record.ts'

/** A response that was written and can be referred to. */
export interface Written {
  readonly id: string
  readonly url: string
  readonly date: string
}

const HTTP = 'application/http; msgtype=response'
const PROFILES = 'http://netpreserve.org/warc/1.1/revisit/'

/** Where the response of a page is, once it is written. */
export function writtenAs({ id, url, fetchedAt }: PageLine): Written {
  return { id: recordId('response', id), url, date: fetchedAt }
}

/** The answer with its body. */
export function responseRecord({ page, body }: PageWithBody): WarcRecord {
  const { id, date } = writtenAs(page)
  const head = httpHead(page.status, page.headers, body?.byteLength ?? null)
  return {
    type: 'response',
    id,
    date,
    contentType: HTTP,
    fields: {
      ...target(page),
      ...payload(page),
      'WARC-Truncated': body === null ? truncation(page) : undefined,
    },
    block: body === null ? head : Buffer.concat([head, body]),
  }
}

/** The answer without its body, which `earlier` has: it was sent again, or the server said that it is still valid. */
export function revisitRecord(
  page: PageLine,
  earlier: Written,
  why: 'identical-payload-digest' | 'server-not-modified',
): WarcRecord {
  return {
    type: 'revisit',
    id: recordId('revisit', page.id, earlier.id),
    date: page.fetchedAt,
    contentType: HTTP,
    fields: {
      ...target(page),
      ...payload(page),
      'WARC-Profile': PROFILES + why,
      'WARC-Refers-To': earlier.id,
      'WARC-Refers-To-Target-URI': earlier.url,
      'WARC-Refers-To-Date': earlier.date,
    },
    block: httpHead(page.status, page.headers, why === 'server-not-modified' ? null : page.bytes),
  }
}

/** What the crawl knows of a page beside its answer. */
export function metadataRecord(page: PageLine, about: string): WarcRecord {
  return {
    type: 'metadata',
    id: recordId('metadata', page.id, about),
    date: page.fetchedAt,
    contentType: 'application/warc-fields',
    fields: { 'WARC-Target-URI': page.url, 'WARC-Concurrent-To': about },
    block: warcFields({
      fetchTimeMs: String(page.durationMs),
      'millrace-page': page.id,
      'millrace-run': page.run,
      'millrace-source': page.source,
      'millrace-note': page.note,
    }),
  }
}

function target(page: PageLine) {
  return {
    'WARC-Target-URI': page.url,
    'WARC-IP-Address': page.remoteAddress === '' ? undefined : page.remoteAddress,
  }
}

function payload({ rawSha256 }: PageLine) {
  return { 'WARC-Payload-Digest': rawSha256 === null ? undefined : `sha256:${rawSha256}` }
}

/** Why a body that the server had is not in the record; undefined when it had none. */
function truncation({ status, headers, note }: PageLine): string | undefined {
  if (status === 204 || status === 304 || headerValue(headers, 'content-length') === '0') return undefined
  return note?.startsWith('BodyTooLarge') === true ? 'length' : 'unspecified'
}
