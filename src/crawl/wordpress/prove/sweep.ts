/**
 * Sweeping: the ids of a window are read, what is unknown or changed among them is fetched, and each post that is stored
 * and was not among them is asked for by itself. What the site says of it is the evidence that it is gone.
 */
import { newId, sha256, URL_KEY_VERSION, type Json } from '../../../model/index.ts'
import type { Command } from '../../../store/index.ts'
import { header } from '../../fetch/index.ts'
import { addGonePage, addRawBody, countInRun, dropPage } from '../../history/index.ts'
import { compress } from '../../read/page/index.ts'
import { ask, asked, moved, under, type ApiAnswer } from '../api/index.ts'
import { fieldsOf, postOf, postsIn } from '../article/index.ts'
import { knownItems, markGone, markSeen, unseenItems, type Window } from '../rows/index.ts'
import { goOn, type ChainInput, type Visit } from '../step.ts'
import { askList, cursorAt, keepPosts, nextCursor, refused, type Cursor } from '../walk/index.ts'
import { ALL, type Span } from './windows.ts'

/** Input of `sweep`, `fetch` and `verify`. */
export interface SweepInput extends ChainInput {
  /** Windows to sweep, the one at hand first. Default: all there is. */
  readonly windows?: readonly Span[]
  /** Windows that were swept, to be proved anew. */
  readonly swept?: readonly Span[]
  readonly done?: readonly Window[]
  readonly round?: number
  /** What was off before this sweep. */
  readonly before?: string
  /** Where in the window at hand; missing: at its beginning. */
  readonly cursor?: Cursor | null
  /** Names this sweep, so that what it saw can be told. */
  readonly pass?: string
  /** Ids that are to be fetched. */
  readonly ids?: readonly number[]
}

/** Codes by which the API says that there is no such post for visitors. */
const GONE: ReadonlySet<string> = new Set([
  'rest_post_invalid_id',
  'rest_forbidden',
  'rest_cannot_read',
  'rest_user_cannot_view',
])

/** Reads ids of the window at hand. */
export async function sweep(visit: Visit<SweepInput>): Promise<readonly Command[]> {
  const { tools, input } = visit
  const [span = ALL] = input.windows ?? [ALL]
  const pass = input.pass ?? `${tools.run} ${input.turn}`
  const cursor = input.cursor ?? cursorAt('date', span.from === null ? null : moved(span.from, -1), span.to)
  const { answer, seen } = await askList(visit, cursor, { fields: 'id,date,modified' })
  const { ids, news } = await compare(visit, answer.json)
  const next = nextCursor(cursor, seen)
  const { collection } = input
  const marks =
    ids.length === 0 ? [] : [markSeen({ source: tools.source, collection: collection.url, pass, ids })]
  const state = { ...stateOf(input), pass, cursor: next }
  if (news.length > 0) return [...marks, ...goOn(visit, 'fetch', { ...state, ids: news })]
  return [...marks, ...goOn(visit, next === null ? 'verify' : 'sweep', state)]
}

/** Fetches posts by id, and goes on with the sweep. */
export async function fetchMissing(visit: Visit<SweepInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { collection, ids = [], pass = '', cursor = null } = input
  const url = asked(collection.url, {
    include: ids.join(','),
    per_page: ids.length,
    _fields: fieldsOf(collection),
    _embed: collection.hidesUsers ? 'author' : undefined,
  })
  const answer = await ask(tools, url, context)
  if (answer.problem !== null) throw refused(url, answer)
  const kept = await keepPosts(visit, postsIn(answer.json, collection), { answer, isWhole: false, pass })
  return [...kept.commands, ...goOn(visit, cursor === null ? 'verify' : 'sweep', stateOf(input))]
}

/** Asks for one post that the sweep did not see; when there is none left, the next window's turn comes. */
export async function verify(visit: Visit<SweepInput>): Promise<readonly Command[]> {
  const { tools, input, reader, context } = visit
  const { collection, pass = '' } = input
  const [span = ALL, ...rest] = input.windows ?? [ALL]
  const place = { source: tools.source, collection: collection.url }
  const bounds = { from: span.from ?? '', to: span.to ?? '~' }
  const [suspect] = await reader.read(unseenItems({ ...place, ...bounds, pass }))
  if (suspect === undefined) return nextWindow(visit, span, rest)
  const url = asked(under(collection.url, String(suspect.wpId)), { _fields: fieldsOf(collection) })
  const answer = await ask(tools, url, context)
  const again = goOn(visit, 'verify', stateOf(input))
  const seen = markSeen({ ...place, pass, ids: [suspect.wpId] })
  if (answer.problem !== null && GONE.has(answer.problem)) return [...bury(visit, suspect, answer), ...again]
  const post = answer.problem === null ? postOf(answer.json, collection) : undefined
  const kept =
    post === undefined ? [] : (await keepPosts(visit, [post], { answer, isWhole: false, pass })).commands
  return [...kept, seen, ...again]
}

function nextWindow(visit: Visit<SweepInput>, span: Span, rest: readonly Span[]): readonly Command[] {
  const { done = [], round = 0, swept = [], before = '' } = visit.input
  const all = [...swept, span]
  if (rest.length > 0) return goOn(visit, 'sweep', { windows: rest, swept: all, done, round, before })
  // A sweep of everything was asked for, and proves nothing by itself: the totals are still to be asked.
  const isAsked = visit.input.windows === undefined
  return goOn(visit, 'prove', isAsked ? {} : { queue: all, done, round, before })
}

function stateOf(input: SweepInput): object {
  const { windows, swept = [], done = [], round = 0, before = '', pass, cursor } = input
  return {
    ...(windows === undefined ? {} : { windows: [...windows] }),
    swept,
    done,
    round,
    before,
    ...(pass === undefined ? {} : { pass }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

/** All ids of an answer, and those that are unknown or were changed since. */
async function compare({ tools, input, reader }: Visit<SweepInput>, json: Json) {
  const listed = (Array.isArray(json) ? (json as readonly Json[]) : []).flatMap((entry) => {
    const { id, modified } = (entry ?? {}) as { readonly id?: Json; readonly modified?: Json }
    return typeof id === 'number' && Number.isSafeInteger(id) ? [{ id, modified }] : []
  })
  const ids = listed.map(({ id }) => id)
  const { url: collection } = input.collection
  const rows = await reader.read(knownItems({ source: tools.source, collection, ids, links: [] }))
  const known = new Map(rows.map((row) => [row.wpId, row]))
  const news = listed.filter(({ id, modified }) => {
    const row = known.get(id)
    return (
      row === undefined || row.goneAt !== null || (typeof modified === 'string' && row.modified !== modified)
    )
  })
  return { ids, news: news.map(({ id }) => id) }
}

/** The API's own words become a page of the post's address: the evidence. */
function bury(
  { tools, input }: Visit<SweepInput>,
  { wpId, urlKey, run: earlier }: { readonly wpId: number; readonly urlKey: string; readonly run: string },
  answer: ApiAnswer,
): readonly Command[] {
  const { run, source } = tools
  const { head, startedAt, durationMs, problem } = answer
  const body = new TextEncoder().encode(JSON.stringify(answer.json))
  const raw = { sha256: sha256(body), bytes: body.byteLength, ...compress(body) }
  const contentType = header(head.headers, 'content-type') ?? 'application/json'
  const page = {
    id: newId(startedAt),
    run,
    source,
    url: urlKey,
    urlKey,
    urlKeyVersion: URL_KEY_VERSION,
    status: head.status,
    contentType,
    headers: [['content-type', contentType]],
    remoteAddress: head.remoteAddress,
    fetchedAt: startedAt,
    durationMs: Math.round(durationMs),
    bytes: raw.bytes,
    rawSha256: raw.sha256,
    redirectTo: null,
    note: `gone: ${problem ?? ''}`,
  }
  // A post that this run had stored before takes its count along.
  const again = earlier === run ? 0 : 1
  return [
    addRawBody(raw),
    dropPage({ run, urlKey }),
    addGonePage(page),
    markGone({ source, collection: input.collection.url, wpId, run, goneAt: startedAt }),
    countInRun({ id: run, pages: again, documents: again - 1, failed: 0, skipped: 0, bytes: raw.bytes }),
  ]
}
