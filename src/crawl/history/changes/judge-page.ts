/**
 * What an answer says of its page, by what its source knew of the page before. Written as SQL, because it is decided
 * in the unit that adds the answer: no other answer of that URL can come between.
 *
 *   (never had) --document--> new --document--> changed, unchanged --404 or 410--> missed --404 or 410--> gone
 *                              ^                    ^                                |                     |
 *                              |                    \--------document----------------/                     |
 *                              \--------------------document-----------------------------------------------/
 *
 * Each arrow is another run's. Redirects, other errors and no answer at all say nothing: the page stays what it was.
 */
import type { Statement } from '../../../store/index.ts'

/** What an answer says of its page; null in a row: nothing. */
export type PageChange = 'new' | 'changed' | 'unchanged' | 'missed' | 'gone'

/* Served by pages_source. */
const known = 'FROM pages WHERE source = :source AND url_key = :urlKey'
const lastChange = `(SELECT change ${known} AND change IS NOT NULL ORDER BY position DESC LIMIT 1)`
const lastDocument = `(SELECT document ${known} AND document IS NOT NULL ORDER BY position DESC LIMIT 1)`

/**
 * Two documents say the same: the text and the title, whatever was around them; or they were made of the same body, and
 * differ only by which extractor made them. Of two ids, as SQL.
 */
function sameContent(one: string, other: string): string {
  return `(${one} = ${other} OR coalesce((SELECT one.raw_sha256 = other.raw_sha256 OR (one.sha256 = other.sha256 AND one.title = other.title)
    FROM documents AS one, documents AS other WHERE one.id = ${one} AND other.id = ${other}), 1 = 0))`
}

/** The change of a page about to be added, as an SQL expression; `document` is that of its document, or of NULL. */
export function changeOf(document: string): string {
  return `CASE
    WHEN ${document} IS NOT NULL THEN CASE
      WHEN coalesce(${lastChange}, 'gone') = 'gone' OR ${lastDocument} IS NULL THEN 'new'
      WHEN ${sameContent(document, lastDocument)} THEN 'unchanged' ELSE 'changed' END
    WHEN :status IN (404, 410) AND ${lastChange} IS NOT NULL
      THEN iif(${lastChange} IN ('missed', 'gone'), 'gone', 'missed')
    END`
}

/* A page that was gone already, and was asked for because something links to it, is not gone once more. */
const wasGone = `(coalesce((SELECT earlier.change FROM pages AS earlier WHERE earlier.source = page.source
        AND earlier.url_key = page.url_key AND earlier.change IS NOT NULL AND earlier.position < page.position
      ORDER BY earlier.position DESC LIMIT 1), '') = 'gone')`

/** Counts the change of the page `:id`, added before it in the same unit, in its run. */
export const countChange: Statement = {
  sql: `UPDATE runs SET pages_new = pages_new + iif(page.change = 'new', 1, 0),
      pages_changed = pages_changed + iif(page.change = 'changed', 1, 0),
      pages_unchanged = pages_unchanged + iif(page.change = 'unchanged', 1, 0),
      pages_missed = pages_missed + iif(page.change = 'missed', 1, 0),
      pages_gone = pages_gone + iif(page.change = 'gone' AND NOT ${wasGone}, 1, 0), position = :position
    FROM pages AS page WHERE page.id = :id AND page.change IS NOT NULL AND runs.id = :run`,
  changes: { noun: 'run', op: 'put', id: 'run' },
}

/** `change` as an SQL expression, where the source had something of the URL before; else NULL. */
export function wasThere(change: string): string {
  return `iif(${lastDocument} IS NULL, NULL, ${change})`
}

/** Takes back what the page of `:urlKey` was counted as in `:run`; goes before the page is taken away. */
export const uncountChange: Statement = {
  sql: `UPDATE runs SET pages_new = pages_new - iif(page.change = 'new', 1, 0),
      pages_changed = pages_changed - iif(page.change = 'changed', 1, 0),
      pages_unchanged = pages_unchanged - iif(page.change = 'unchanged', 1, 0),
      pages_missed = pages_missed - iif(page.change = 'missed', 1, 0),
      pages_gone = pages_gone - iif(page.change = 'gone' AND NOT ${wasGone}, 1, 0), position = :position
    FROM pages AS page WHERE page.run = :run AND page.url_key = :urlKey AND page.change IS NOT NULL
      AND runs.id = :run`,
  changes: { noun: 'run', op: 'put', id: 'run' },
}
