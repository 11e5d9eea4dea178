/** The names of authors and terms, read before any post is; and the beginning of the chains that read the posts. */
import type { Command } from '../../../store/index.ts'
import { ask, asked } from '../api/index.ts'
import { entitiesIn, ENTITY_FIELDS, kindOf } from '../article/index.ts'
import { hasNames, keepEntities, keepProof, marksOf } from '../rows/index.ts'
import { goOn, offerStep, type Collection, type Visit } from '../step.ts'
import { changesFrom } from '../walk/index.ts'

/** Input of `names`. */
export interface NamesInput {
  readonly home: string
  readonly collections: readonly Collection[]
  /** Lists of names still to be read, the one at hand first. */
  readonly lists: readonly string[]
  readonly page: number
}

const PER_PAGE = 100

/** A site that was read before has its names already; those that are new are asked for when a post has them. */
export async function startNames(
  visit: Visit<unknown>,
  home: string,
  collections: readonly Collection[],
): Promise<readonly Command[]> {
  const { tools, reader } = visit
  const { source } = tools
  const [{ users } = { users: '' }] = collections
  const marks = await reader.read(marksOf({ source }))
  if (collections.some(({ url }) => marks.some((mark) => mark.collection === url))) {
    const [known] = await reader.read(hasNames({ source, collection: users }))
    return startAll(visit, hiding(collections, known === undefined))
  }
  const lists = [...new Set([users, ...collections.flatMap(({ terms }) => terms.map(({ url }) => url))])]
  return offerNames({ ...visit, input: { home, collections, lists, page: 1 } })
}

function offerNames({ tools, input }: Visit<NamesInput>): readonly Command[] {
  const { home, lists, page } = input
  const [url = ''] = lists
  return offerStep(
    tools,
    { step: 'names', key: `${home} names ${url} ${page}`, url, input },
    tools.clock.now(),
  )
}

/** Reads one page of a list of names, by id. Users that are hidden come along with the posts instead. */
export async function names(visit: Visit<NamesInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { page } = input
  const [url = '', ...rest] = input.lists
  const params = { per_page: PER_PAGE, page, orderby: 'id', order: 'asc', _fields: ENTITY_FIELDS }
  const answer = await ask(tools, asked(url, params), context)
  const entities = answer.problem === null ? entitiesIn(answer.json) : []
  const place = { source: tools.source, collection: url, kind: kindOf(url) }
  const kept = entities.length === 0 ? [] : [keepEntities(place, entities)]
  const isMore = entities.length > 0 && (answer.pages === null || page < answer.pages)
  if (isMore) return [...kept, ...offerNames({ ...visit, input: { ...input, page: page + 1 } })]
  const isHidden = url === input.collections[0]?.users && page === 1 && entities.length === 0
  const collections = isHidden ? hiding(input.collections, true) : input.collections
  if (rest.length === 0) return [...kept, ...(await startAll(visit, collections))]
  return [...kept, ...offerNames({ ...visit, input: { ...input, collections, lists: rest, page: 1 } })]
}

function hiding(collections: readonly Collection[], hidesUsers: boolean): readonly Collection[] {
  return collections.map((collection) => ({ ...collection, hidesUsers }))
}

/** One chain for each collection: by its changes where an earlier run has read it, else as a whole. */
async function startAll(
  visit: Visit<unknown>,
  collections: readonly Collection[],
): Promise<readonly Command[]> {
  const { tools, reader } = visit
  const marks = await reader.read(marksOf({ source: tools.source }))
  const open = { state: 'open', announced: null, stored: 0, gone: 0, windows: [], note: null }
  return collections.flatMap((collection) => {
    const { url, name } = collection
    const mark = marks.find((one) => one.collection === url)?.modified
    const input = { collection, turn: 0, perPage: PER_PAGE, calm: 0, isFirst: mark === undefined }
    const chain = { ...visit, input }
    return [
      keepProof({ run: tools.run, collection: url, name, ...open }),
      ...(mark === undefined ? goOn(chain, 'look') : goOn(chain, 'changes', changesFrom(mark))),
    ]
  })
}
