/**
 * Reading the posts of a collection: the newest change is noted, the whole list is read from its oldest post on, and then
 * what was changed or added meanwhile is read by its time of change. A later run begins with the last of these.
 */
import type { Command } from '../../../store/index.ts'
import { ask, asked, moved, siteTime } from '../api/index.ts'
import { entitiesIn, ENTITY_FIELDS, fieldsOf, postsIn, type Post } from '../article/index.ts'
import { nameImage } from '../../history/index.ts'
import {
  itemsWithMedia,
  keepEntities,
  keepMark,
  settleMedia,
  wantedMedia,
  type Entity,
} from '../rows/index.ts'
import { goOn, type ChainInput, type Visit } from '../step.ts'
import { askList, PER_PAGE_MAX } from './ask-list.ts'
import { cursorAt, nextCursor, type Cursor } from './cursor.ts'
import { keepPosts } from './keep-posts.ts'

/**
 * Seconds before the last change read at which reading by changes begins again: clocks that are set back in autumn, and
 * a site that is given another time zone, put later changes before earlier ones by as much as 26 hours.
 */
const OVERLAP_S = 26 * 3600

/** Input of `walk`. */
export interface WalkInput extends ChainInput {
  readonly cursor: Cursor
  /** The newest change when the walk began. */
  readonly mark: string
}

/** Input of `changes`. */
export interface ChangesInput extends ChainInput {
  readonly cursor: Cursor
  /** The newest change that was seen. */
  readonly mark: string
}

/** The beginning of reading by changes. */
export function changesFrom(mark: string): { readonly cursor: Cursor; readonly mark: string } {
  return { cursor: cursorAt('modified', moved(mark, -OVERLAP_S)), mark }
}

/** Reads the whole list, from the oldest post on. */
export async function walk(visit: Visit<WalkInput>): Promise<readonly Command[]> {
  const { cursor, mark, collection } = visit.input
  const { answer, seen, perPage, calm } = await askList(visit, cursor, {
    fields: fieldsOf(collection),
    perPageMax: roomFor(visit),
  })
  const posts = postsIn(answer.json, collection)
  const kept = await keepPosts(visit, posts, { answer, isWhole: true })
  const next = kept.firstLeft === undefined ? nextCursor(cursor, seen) : cursor
  const onward = { ...visit, input: { ...visit.input, perPage, calm } }
  if (next !== null) return [...kept.commands, ...goOn(onward, 'walk', { cursor: next, mark })]
  return [...kept.commands, ...goOn(onward, 'changes', changesFrom(mark))]
}

/** Reads what was changed since a time, from the oldest change on. */
export async function changes(visit: Visit<ChangesInput>): Promise<readonly Command[]> {
  const { tools, input } = visit
  const { cursor, collection } = input
  const { answer, seen, perPage, calm } = await askList(visit, cursor, {
    fields: fieldsOf(collection),
    perPageMax: roomFor(visit),
  })
  const posts = postsIn(answer.json, collection)
  const kept = await keepPosts(visit, posts, { answer, isWhole: false })
  const mark = laterMark(visit, posts)
  const next = kept.firstLeft === undefined ? nextCursor(cursor, seen) : cursor
  const onward = { ...visit, input: { ...input, perPage, calm } }
  if (next !== null) return [...kept.commands, ...goOn(onward, 'changes', { cursor: next, mark })]
  const note = keepMark({ source: tools.source, collection: collection.url, modified: mark })
  return [...kept.commands, note, ...goOn(onward, 'media')]
}

/** Learns the images that the run's posts wait for, a hundred at a time, and tells their documents. */
export async function media(visit: Visit<ChainInput>): Promise<readonly Command[]> {
  const { tools, input, reader } = visit
  const { url: collection, media } = input.collection
  const place = { source: tools.source, collection, run: tools.run }
  const wanted = await reader.read(wantedMedia({ ...place, media }))
  if (wanted.length === 0) return goOn(visit, tools.sweeps ? 'sweep' : 'prove')
  const ids = wanted.map(({ wpId }) => wpId)
  const learned = await askMedia(
    visit,
    wanted.filter(({ isKnown }) => !isKnown).map(({ wpId }) => wpId),
  )
  const names = new Map([...wanted, ...learned].map(({ wpId, name }) => [wpId, name]))
  const posts = await reader.read(itemsWithMedia({ ...place, media: ids }))
  const images = posts.flatMap(({ urlKey, media }) => imageRow(urlKey, names.get(media)))
  return [
    ...(learned.length === 0
      ? []
      : [keepEntities({ source: tools.source, collection: media, kind: 'media' }, learned)]),
    ...(images.length === 0 ? [] : [nameImage.all(images)]),
    settleMedia({ ...place, media: ids }),
    ...goOn(visit, 'media'),
  ]
}

/** Images by id; one that the site does not give has no address, and is not asked for again. */
async function askMedia(
  { tools, input, context }: Visit<ChainInput>,
  ids: readonly number[],
): Promise<readonly Entity[]> {
  if (ids.length === 0) return []
  const params = { include: ids.join(','), per_page: ids.length, _fields: ENTITY_FIELDS }
  const { json } = await ask(tools, asked(input.collection.media, params), context)
  const found = new Map(entitiesIn(json).map((entity) => [entity.wpId, entity]))
  return ids.map((wpId) => found.get(wpId) ?? { wpId, name: null, slug: null, link: null })
}

function imageRow(urlKey: string, leadImage: string | null | undefined) {
  return typeof leadImage === 'string' ? [{ urlKey, leadImage }] : []
}

/** No more than the run may still store: what would be thrown away is not asked for. */
function roomFor({ tools }: Visit<ChainInput>): number {
  return Math.max(1, Math.min(PER_PAGE_MAX, tools.pagesLeft()))
}

/** No mark is later than the site's own now: a change that lies in the future would hide all those before it. */
export function latestMark({ tools, input }: Visit<ChainInput>): string {
  return siteTime(tools.clock.now() + input.collection.offsetHours * 3_600_000)
}

function laterMark(visit: Visit<ChangesInput>, posts: readonly Post[]): string {
  const latest = latestMark(visit)
  return posts.reduce(
    (mark, { modified }) => (modified > mark && modified <= latest ? modified : mark),
    visit.input.mark,
  )
}
