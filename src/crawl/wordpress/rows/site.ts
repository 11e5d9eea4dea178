/** What a site's API said of itself, its authors and terms, and up to where its changes were read. */
import { command, query } from '../../../store/index.ts'
import { lastOfEach } from './last-of-each.ts'

/** How a site was read: over its API; by what its feed lists; or as any site. */
export type ReadBy = 'rest' | 'rss' | 'html'

/** Notes how a site is read in a run, in place of what was noted before. */
export const keepSite = command({
  name: 'wordpress_sites.keep',
  params: {
    run: 'text',
    home: 'text',
    source: 'text',
    api: 'text?',
    readBy: 'text',
    name: 'text?',
    note: 'text?',
  },
  statements: [
    {
      sql: `INSERT INTO wordpress_sites (run, home, source, api, read_by, name, note, position)
        VALUES (:run, :home, :source, :api, :readBy, :name, :note, :position)
        ON CONFLICT (run, home) DO UPDATE SET api = excluded.api, read_by = excluded.read_by, name = excluded.name,
          note = coalesce(excluded.note, wordpress_sites.note), position = excluded.position`,
    },
  ],
})

/** Adds to what is noted of a run's sites. */
export const keepNote = command({
  name: 'wordpress_sites.note',
  params: { run: 'text', note: 'text' },
  statements: [
    {
      sql: `UPDATE wordpress_sites SET note = iif(note IS NULL, :note, note || '; ' || :note), position = :position
        WHERE run = :run AND coalesce(instr(note, :note), 0) = 0`,
    },
  ],
})

/** How the sites of a run were read. */
export const sitesOfRun = query({
  name: 'wordpress_sites.ofRun',
  params: { run: 'text' },
  gives: { home: 'text', readBy: 'text', note: 'text?' },
  sql: 'SELECT home, read_by, note FROM wordpress_sites WHERE run = :run ORDER BY home',
})

/** An author, a term or an image. `name` is null for one that the site does not show; for an image it is its address. */
export interface Entity {
  readonly wpId: number
  readonly name: string | null
  readonly slug: string | null
  readonly link: string | null
}

const keep = command({
  name: 'wordpress_entities.keep',
  params: { source: 'text', collection: 'text', kind: 'text', entities: 'json' },
  statements: [
    {
      sql: `INSERT INTO wordpress_entities (source, collection, wp_id, kind, name, slug, link, position)
        SELECT :source, :collection, CAST(value ->> 0 AS BIGINT), :kind, value ->> 1, value ->> 2, value ->> 3, :position
        FROM json_each(:entities) WHERE true
        ON CONFLICT (source, collection, wp_id) DO UPDATE SET name = coalesce(excluded.name, wordpress_entities.name),
          slug = coalesce(excluded.slug, wordpress_entities.slug), link = coalesce(excluded.link, wordpress_entities.link),
          position = excluded.position`,
    },
  ],
})

/** Which entities. */
export interface EntityPlace {
  readonly source: string
  readonly collection: string
  /** `users`, `categories`, `tags`, `media`, or the name of a taxonomy. */
  readonly kind: string
}

/** Adds entities, or what is newly known of them. */
export function keepEntities(place: EntityPlace, entities: readonly Entity[]) {
  const rows = lastOfEach(entities).map(({ wpId, name, slug, link }) => [wpId, name, slug, link])
  return keep({ ...place, entities: rows })
}

/**
 * The entities among some pairs of collection and id. CROSS JOIN, because the planner would read all of a source's
 * entities for each pair.
 */
export const entitiesOf = query({
  name: 'wordpress_entities.of',
  params: { source: 'text', wanted: 'json' },
  gives: { collection: 'text', wpId: 'int', name: 'text?' },
  sql: `SELECT known.collection, known.wp_id, known.name
    FROM json_each(:wanted) AS wanted CROSS JOIN wordpress_entities AS known
    WHERE known.source = :source AND known.collection = wanted.value ->> 0 AND known.wp_id = CAST(wanted.value ->> 1 AS BIGINT)`,
})

/** A row when a collection of entities has a name that is known. */
export const hasNames = query({
  name: 'wordpress_entities.hasNames',
  params: { source: 'text', collection: 'text' },
  gives: { wpId: 'int' },
  sql: `SELECT wp_id FROM wordpress_entities
    WHERE source = :source AND collection = :collection AND name IS NOT NULL LIMIT 1`,
})

/** Notes up to which change a collection was read, in the site's own time. */
export const keepMark = command({
  name: 'wordpress_marks.keep',
  params: { source: 'text', collection: 'text', modified: 'text' },
  statements: [
    {
      sql: `INSERT INTO wordpress_marks (source, collection, modified, position)
        VALUES (:source, :collection, :modified, :position)
        ON CONFLICT (source, collection) DO UPDATE SET modified = excluded.modified, position = excluded.position`,
    },
  ],
})

/** Up to which change each collection of a source was read. */
export const marksOf = query({
  name: 'wordpress_marks.of',
  params: { source: 'text' },
  gives: { collection: 'text', modified: 'text' },
  sql: 'SELECT collection, modified FROM wordpress_marks WHERE source = :source',
})

/** What a store must be opened with to keep sites. */
export const siteDefinitions = [
  ...[keepSite, keepNote, keep, keepMark].map((made) => made.definition),
  ...[sitesOfRun, entitiesOf, hasNames, marksOf].map((made) => made.definition),
]
