/**
 * WARC 1.1, a gzip member a record. A body that was written before is referred to instead of written again; of how
 * many is remembered is bounded, because an archive with a body twice is right and one that needs memory without bound
 * is not. A 304 says that an earlier body is still valid: that page goes before it, so that the file needs no other.
 */
import type { PageLine, PageWithBody } from '../../export/index.ts'
import type { FormatInput } from '../format.ts'
import { metadataRecord, responseRecord, revisitRecord, writtenAs, type Written } from './page-records.ts'
import { Remembered } from './remembered.ts'
import { recordId, warcFields, warcRecord, type WarcRecord } from './warc-record.ts'

/** Bodies that can be referred to; each costs some 300 bytes. */
const REMEMBERED_MAX = 20_000
/** Records compressed at the same time; Node's threads for it are four. */
const AT_ONCE = 8

/** The file, a record a piece. */
export async function* warcPieces(input: FormatInput): AsyncGenerator<Uint8Array> {
  const waiting: Promise<Uint8Array>[] = []
  for await (const record of records(input)) {
    waiting.push(warcRecord(record))
    // Its failure is met in its turn, and until then is not unheard.
    waiting.at(-1)?.catch(() => undefined)
    if (waiting.length === AT_ONCE) yield (await waiting.shift()) as Uint8Array
  }
  for (const record of waiting) yield await record
}

async function* records(input: FormatInput): AsyncGenerator<WarcRecord> {
  const remembered = new Remembered<Written>(REMEMBERED_MAX)
  let isBegun = false
  for await (const given of input.pages) {
    if (!isBegun) yield infoRecord(input, given.page)
    isBegun = true
    for (const { page, record } of await answers(input, given, remembered)) {
      yield record
      yield metadataRecord(page, record.id)
    }
  }
  if (!isBegun) yield infoRecord(input, null)
}

interface Answer {
  readonly page: PageLine
  readonly record: WarcRecord
}

async function answers(
  input: FormatInput,
  given: PageWithBody,
  remembered: Remembered<Written>,
): Promise<readonly Answer[]> {
  const { page } = given
  if (page.status !== 304) return [{ page, record: responseOrRevisit(given, remembered) }]
  const earlier = await input.earlier(page)
  if (earlier === undefined) return [{ page, record: responseRecord(given) }]
  const revisit = revisitRecord(page, writtenAs(earlier.page), 'server-not-modified')
  return [
    { page: earlier.page, record: responseRecord(earlier) },
    { page, record: revisit },
  ]
}

function responseOrRevisit(given: PageWithBody, remembered: Remembered<Written>): WarcRecord {
  const { page, body } = given
  if (page.rawSha256 === null || body === null || body.byteLength === 0) return responseRecord(given)
  const earlier = remembered.firstOf(page.rawSha256, writtenAs(page))
  return earlier === undefined
    ? responseRecord(given)
    : revisitRecord(page, earlier, 'identical-payload-digest')
}

/** What the file is. Its date is that of its first page, so that the same export gives the same bytes. */
function infoRecord({ run, position, millrace }: FormatInput, first: PageLine | null): WarcRecord {
  return {
    type: 'warcinfo',
    id: recordId('warcinfo', first?.id ?? '', run ?? '', String(position), millrace),
    date: first?.fetchedAt ?? new Date(0).toISOString(),
    contentType: 'application/warc-fields',
    fields: {},
    block: warcFields({
      software: `Millrace/${millrace}`,
      format: 'WARC File Format 1.1',
      conformsTo: 'http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/',
      description: run === null ? 'the newest answer of each URL' : `the answers that run ${run} got`,
      'millrace-position': String(position),
    }),
  }
}
