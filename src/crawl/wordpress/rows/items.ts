/** What is known of each post: enough to tell whether it changed, whether it is gone, and how many there are. */
import { command, query } from '../../../store/index.ts'
import { lastOfEach } from './last-of-each.ts'

/** What an item row says. Times are the site's own. */
export interface Item {
  readonly wpId: number
  readonly urlKey: string
  readonly date: string
  readonly modified: string
  readonly sha256: string
  /** 0 where there is none. */
  readonly author: number
  /** The image whose address was not known when the post was stored; 0 when there is none to learn. */
  readonly media: number
}

const keep = command({
  name: 'wordpress_items.keep',
  params: { source: 'text', collection: 'text', run: 'text', pass: 'text?', items: 'json' },
  statements: [
    {
      sql: `INSERT INTO wordpress_items (source, collection, wp_id, url_key, date, modified, sha256, author, media, run,
          gone_at, pass, position)
        SELECT :source, :collection, CAST(value ->> 0 AS BIGINT), value ->> 1, value ->> 2, value ->> 3, value ->> 4,
          CAST(value ->> 5 AS BIGINT), CAST(value ->> 6 AS BIGINT), :run, NULL, :pass, :position
        FROM json_each(:items) WHERE true
        ON CONFLICT (source, collection, wp_id) DO UPDATE SET url_key = excluded.url_key, date = excluded.date,
          modified = excluded.modified, sha256 = excluded.sha256, author = excluded.author, media = excluded.media,
          run = excluded.run, gone_at = NULL, pass = excluded.pass, position = excluded.position`,
    },
  ],
})

/** Which items of which run's work. */
export interface ItemPlace {
  readonly source: string
  readonly collection: string
  readonly run: string
  /** The sweep that saw them, if one did. */
  readonly pass: string | null
}

/** Adds or overwrites items; one that was gone is back. */
export function keepItems(place: ItemPlace, items: readonly Item[]) {
  const rows = lastOfEach(items).map((item) => [
    item.wpId,
    item.urlKey,
    item.date,
    item.modified,
    item.sha256,
    item.author,
    item.media,
  ])
  return keep({ ...place, items: rows })
}

/** Notes that a sweep has seen items. */
export const markSeen = command({
  name: 'wordpress_items.seen',
  params: { source: 'text', collection: 'text', pass: 'text', ids: 'json' },
  statements: [
    {
      sql: `UPDATE wordpress_items SET pass = :pass, position = :position
        WHERE source = :source AND collection = :collection AND wp_id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids))`,
    },
  ],
})

/** Notes that an item is gone. */
export const markGone = command({
  name: 'wordpress_items.gone',
  params: { source: 'text', collection: 'text', wpId: 'int', run: 'text', goneAt: 'time' },
  statements: [
    {
      sql: `UPDATE wordpress_items SET gone_at = :goneAt, run = :run, position = :position
        WHERE source = :source AND collection = :collection AND wp_id = :wpId`,
    },
  ],
})

const knownShape = {
  collection: 'text',
  wpId: 'int',
  urlKey: 'text',
  modified: 'text',
  sha256: 'text',
  run: 'text',
  goneAt: 'time?',
} as const

/** The known items among some ids, and those that have one of some links. */
export const knownItems = query({
  name: 'wordpress_items.known',
  params: { source: 'text', collection: 'text', ids: 'json', links: 'json' },
  gives: knownShape,
  sql: `SELECT collection, wp_id, url_key, modified, sha256, run, gone_at FROM wordpress_items
      WHERE source = :source AND collection = :collection AND wp_id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids))
    UNION SELECT collection, wp_id, url_key, modified, sha256, run, gone_at FROM wordpress_items
      WHERE source = :source AND url_key IN (SELECT value FROM json_each(:links))`,
})

/* The bounds are texts that order as times do; '~' is after every time. Served by wordpress_items_date. */
const within = `source = :source AND collection = :collection AND gone_at IS NULL AND date >= :from AND date < :to`

/** How many items of a window are there, and the first and last date of them. */
export const countItems = query({
  name: 'wordpress_items.count',
  params: { source: 'text', collection: 'text', from: 'text', to: 'text' },
  gives: { stored: 'int', first: 'text?', last: 'text?' },
  sql: `SELECT count(*), min(date), max(date) FROM wordpress_items WHERE ${within} AND in_time()`,
})

/** Items of a window that a sweep has not seen: each may be gone. */
export const unseenItems = query({
  name: 'wordpress_items.unseen',
  params: { source: 'text', collection: 'text', from: 'text', to: 'text', pass: 'text' },
  gives: { wpId: 'int', urlKey: 'text', run: 'text' },
  sql: `SELECT wp_id, url_key, run FROM wordpress_items WHERE ${within} AND pass IS DISTINCT FROM :pass ORDER BY date LIMIT 1`,
})

/** How many items a run found gone. */
export const countGone = query({
  name: 'wordpress_items.countGone',
  params: { source: 'text', collection: 'text', run: 'text' },
  gives: { gone: 'int' },
  sql: `SELECT count(*) FROM wordpress_items
    WHERE source = :source AND collection = :collection AND run = :run AND gone_at IS NOT NULL AND in_time()`,
})

/** Up to 100 images that posts of a run wait for, with the address where it is known by now. */
export const wantedMedia = query({
  name: 'wordpress_items.wantedMedia',
  params: { source: 'text', collection: 'text', run: 'text', media: 'text' },
  gives: { wpId: 'int', isKnown: 'bool', name: 'text?' },
  sql: `SELECT wanted.media, known.wp_id IS NOT NULL, known.name
    FROM (SELECT DISTINCT media FROM wordpress_items
      WHERE source = :source AND collection = :collection AND run = :run AND media > 0 LIMIT 100) AS wanted
    LEFT JOIN wordpress_entities AS known
      ON known.source = :source AND known.collection = :media AND known.wp_id = wanted.media`,
})

/** The addresses of a run's posts that wait for one of some images. */
export const itemsWithMedia = query({
  name: 'wordpress_items.withMedia',
  params: { source: 'text', collection: 'text', run: 'text', media: 'json' },
  gives: { urlKey: 'text', media: 'int' },
  sql: `SELECT url_key, media FROM wordpress_items
    WHERE source = :source AND collection = :collection AND run = :run
      AND media > 0 AND media IN (SELECT CAST(value AS BIGINT) FROM json_each(:media))`,
})

/** Notes that a run's posts wait for some images no more. */
export const settleMedia = command({
  name: 'wordpress_items.settleMedia',
  params: { source: 'text', collection: 'text', run: 'text', media: 'json' },
  statements: [
    {
      sql: `UPDATE wordpress_items SET media = 0, position = :position
        WHERE source = :source AND collection = :collection AND run = :run
          AND media > 0 AND media IN (SELECT CAST(value AS BIGINT) FROM json_each(:media))`,
    },
  ],
})

/** What a store must be opened with to keep items. */
export const itemDefinitions = [
  ...[keep, markSeen, markGone, settleMedia].map((made) => made.definition),
  ...[knownItems, countItems, unseenItems, countGone, wantedMedia, itemsWithMedia].map(
    (made) => made.definition,
  ),
]
