/** Sources: what to read, and by which rules. Two crawls with the same seeds and scope are of the same source. */
import {
  canonicalJson,
  MillraceError,
  parseHttpUrl,
  sha256,
  URL_CHARS_MAX,
  urlKey,
} from '../../model/index.ts'
import { command, insertNew, query, table, type Values } from '../../store/index.ts'
import { scopeOf, type Scope, type ScopeRules } from '../scope/index.ts'

const sources = table({
  name: 'sources',
  noun: 'source',
  key: 'id',
  columns: { id: 'text', kind: 'text', key: 'text', seeds: 'json', rules: 'json', createdAt: 'time' },
})

/** A source row. */
export type SourceRow = Values<typeof sources.columns>

/** html: pages and their links. wordpress: posts over the site's API. auto: over its API where its home page names one. */
export type SourceKind = 'html' | 'wordpress' | 'auto'

/** A source as the crawl uses it. */
export interface Source {
  readonly kind: SourceKind
  /** What makes it this source: a digest of its kind, its sorted seeds and its rules. */
  readonly key: string
  /** Sorted, unique url keys. */
  readonly seeds: readonly string[]
  readonly scope: Scope
  /** How the configuration calls it; no part of what makes it this source. */
  readonly name?: string
}

/**
 * The source that seeds and rules describe. Limits, politeness and the network are not part of it: they may change
 * and the run goes on. @throws MillraceError BadUrl, Usage
 */
export function sourceOf(seeds: readonly string[], rules: ScopeRules, kind: SourceKind = 'html'): Source {
  const keys = [...new Set(seeds.map(seedKey))].sort()
  const scope = scopeOf(keys, { include: [...rules.include].sort(), exclude: [...rules.exclude].sort() })
  const { include, exclude } = scope
  return { kind, key: sha256(canonicalJson({ kind, seeds: keys, include, exclude })), seeds: keys, scope }
}

function seedKey(seed: string): string {
  const key = urlKey(parseHttpUrl(seed))
  if (key.length <= URL_CHARS_MAX) return key
  const came = `got one of ${key.length} that begins with ${key.slice(0, 60)}`
  throw new MillraceError(
    'BadUrl',
    `expected a URL of at most ${URL_CHARS_MAX} characters, ${came}; begin at another page`,
  )
}

/** A new source; nothing happens when one with this key is there. */
export const addSource = insertNew(sources)

/** Gives a source the name it is called by now. */
export const nameSource = command({
  name: 'sources.name',
  params: { key: 'text', name: 'text' },
  statements: [
    {
      sql: `UPDATE sources SET name = :name, position = :position WHERE key = :key AND name <> :name RETURNING id`,
      changes: { noun: 'source', op: 'put', id: 'returning' },
    },
  ],
})

/** The id of the source with a key. */
export const findSource = query({
  name: 'sources.find',
  params: { key: 'text' },
  gives: { id: 'text' },
  sql: 'SELECT id FROM sources WHERE key = :key',
})

/** What a store must be opened with to keep sources. */
export const sourceDefinitions = [addSource.definition, nameSource.definition, findSource.definition]
