/**
 * Conditional requests: what of an earlier answer lets a server say "it is still that one" (RFC 9110 section 13). An
 * entity tag is passed as it was given, weak or strong. A date alone is used only where it can not deceive.
 */
import type { Json } from '../../model/index.ts'
import { header, type HeaderList } from '../fetch/index.ts'
import type { EarlierPage } from '../history/index.ts'

/** RFC 9110 section 8.8.3: quoted, with an optional W/. What is not of that form could mean more than it says ("*"). */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
/** An HTTP date in any of its forms has these characters only. */
const DATE_TEXT = /^[\w,:+ -]{1,64}$/
/** A page that was changed within the second of its answer could have been changed again in it (section 8.8.2.2). */
const SETTLED_MS = 1_000
/** Request headers of ours that are the same in every run, so that an answer that varies with them is still the one. */
const CONSTANT = new Set(['accept', 'accept-encoding'])

/** The headers that ask whether an earlier answer still holds; empty when nothing in it can tell. */
export function conditionsOf(
  earlier: Pick<EarlierPage, 'headers' | 'baseHeaders' | 'fetchedAt'>,
): HeaderList {
  // A 304 says what has changed of the headers; for the rest those of the body's own answer hold (RFC 9111, 4.3.4).
  const [own, base] = [earlier.headers, earlier.baseHeaders ?? []].map(headersOf)
  const valueOf = (name: string) => header(own ?? [], name) ?? header(base ?? [], name)
  const varies = (valueOf('vary') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  if (varies.includes('*')) return []
  const tag = valueOf('etag')
  const date = valueOf('last-modified')
  const isTagged = tag !== undefined && ENTITY_TAG.test(tag)
  const isSame = varies.every((name) => name === '' || CONSTANT.has(name))
  const answered = header(base ?? [], 'date') ?? header(own ?? [], 'date')
  const isDated = date !== undefined && isSame && isSettled(date, answered, earlier.fetchedAt)
  return [
    ...(isTagged ? ([['if-none-match', tag]] as const) : []),
    ...(isDated ? ([['if-modified-since', date]] as const) : []),
  ]
}

function isSettled(lastModified: string, answered: string | undefined, fetchedAt: number): boolean {
  if (!DATE_TEXT.test(lastModified)) return false
  const answeredAt = answered === undefined ? fetchedAt : Date.parse(answered)
  return answeredAt - Date.parse(lastModified) >= SETTLED_MS
}

/** As a page row keeps them. */
function headersOf(json: Json): HeaderList {
  return json as unknown as HeaderList
}
