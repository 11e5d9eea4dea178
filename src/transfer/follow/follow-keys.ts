/** How a follower finds its place in a run, and what comes after it. */
import { query } from '../../store/index.ts'
import { documentOctets } from '../export/index.ts'

/**
 * The pages of a run that have a document, in commit order, after one of them. A unit can hold several pages, so url
 * keys order those of one position. Served by pages_position.
 */
export const documentsAfter = query({
  name: 'transfer.documentsAfter',
  params: { run: 'text', after: 'int', urlKey: 'text', limit: 'int' },
  gives: { position: 'int', urlKey: 'text', page: 'text', document: 'text', octets: 'int' },
  sql: `SELECT page.position, page.url_key, page.id, document.id, ${documentOctets}
    FROM pages AS page CROSS JOIN documents AS document
    WHERE document.id = page.document AND page.run = :run AND page.position >= :after
      AND (page.position > :after OR page.url_key > :urlKey) AND in_time()
    ORDER BY page.position, page.url_key LIMIT :limit`,
})

/** Where a page stands in its run, and how many documents the run has up to it. Served by pages_run, pages_position. */
export const placeOf = query({
  name: 'transfer.placeOf',
  params: { run: 'text', urlKey: 'text' },
  gives: { position: 'int', lines: 'int' },
  sql: `SELECT page.position, (SELECT count(*)
      FROM pages AS earlier CROSS JOIN documents AS document
      WHERE document.id = earlier.document AND earlier.run = page.run AND earlier.position <= page.position
        AND (earlier.position < page.position OR earlier.url_key <= page.url_key) AND in_time())
    FROM pages AS page WHERE page.run = :run AND page.url_key = :urlKey AND page.document IS NOT NULL`,
})

/** What a store must be opened with to follow a run. */
export const followDefinitions = [documentsAfter.definition, placeOf.definition]
