/** The sources that the rows of an export came from, for its manifest. */
import type { Json } from '../../model/index.ts'
import { query, type Reader } from '../../store/index.ts'

/** A source as a manifest names it. */
export interface ManifestSource {
  readonly id: string
  readonly kind: string
  /** URLs that it began at, without what may be secret in them. */
  readonly seeds: readonly string[]
}

const named = query({
  name: 'transfer.sources',
  params: { ids: 'json' },
  gives: { id: 'text', kind: 'text', seeds: 'json' },
  sql: `SELECT id, kind, seeds FROM sources WHERE id IN (SELECT value FROM json_each(:ids)) AND in_time()
    ORDER BY id`,
})

/** In order of their ids. */
export async function manifestSources(
  reader: Reader,
  ids: Iterable<string>,
): Promise<readonly ManifestSource[]> {
  const rows = await reader.read(named({ ids: [...ids].sort() }))
  return rows.map(({ id, kind, seeds }) => ({ id, kind, seeds: seedList(seeds) }))
}

function seedList(seeds: Json): readonly string[] {
  return Array.isArray(seeds) ? seeds.map((seed) => withoutCredentials(String(seed))) : []
}

function withoutCredentials(text: string): string {
  const url = URL.parse(text)
  if (url === null || (url.username === '' && url.password === '')) return text
  url.username = ''
  url.password = ''
  return url.href
}

/** What a store must be opened with to name sources. */
export const sourceDefinitions = [named.definition]
