/**
 * Which pages an export shows, by keyset: each query gives the next pages after a url key, as of a position, with the
 * bytes their lines will hold. octet_length() reads a row's head only, so a key costs no text.
 */
import { query, type Query } from '../../store/index.ts'
import type { ExportKind, LineKey } from './export-line.ts'

/** What is to be shown, and about how many bytes its line holds. */
export interface ExportKey extends LineKey {
  readonly urlKey: string
  readonly octets: number
}

/** Where a chunk of an export goes on. */
export interface Keyset {
  /** null: the newest version of each URL, of whichever run. */
  readonly run: string | null
  readonly upTo: number
  /** Url key of the last page shown; '' at the start. */
  readonly after: string
  readonly limit: number
}

const gives = { urlKey: 'text', page: 'text', document: 'text', octets: 'int' } as const
const latest = { upTo: 'int', after: 'text', limit: 'int' } as const
const ofRun = { run: 'text', ...latest } as const

const pageOctets = 'octet_length(page.headers) + octet_length(page.url)'
/** What a document's line holds, beside its small fields. */
export const documentOctets = `octet_length(document.text) + octet_length(document.markdown)
      + coalesce(octet_length(document.html), 0) + octet_length(document.links)
      + octet_length(document.metadata) + octet_length(document.title)`

/* Walks pages_versions in order; each page then asks the same index whether it is its URL's newest. */
const pagesLatest = query({
  name: 'transfer.pagesLatest',
  params: latest,
  gives,
  sql: `SELECT page.url_key, page.id, '', ${pageOctets} FROM pages AS page
    WHERE page.url_key > :after AND in_time() AND page.position = (SELECT max(newer.position) FROM pages AS newer
      WHERE newer.url_key = page.url_key AND newer.position <= :upTo)
    ORDER BY page.url_key LIMIT :limit`,
})

/*
 * Walks documents_versions in order, for each URL's newest document: a failed re-fetch does not hide what was read before,
 * and what was made again of a stored page counts. The page is the newest that has a document or that it was made of.
 */
const documentsLatest = query({
  name: 'transfer.documentsLatest',
  params: latest,
  gives,
  sql: `SELECT document.url_key, page.id, document.id, ${documentOctets}
    FROM documents AS document CROSS JOIN pages AS page
    WHERE page.url_key = document.url_key AND document.url_key > :after AND in_time()
      AND document.position = (SELECT max(newer.position) FROM documents AS newer
        WHERE newer.url_key = document.url_key AND newer.position <= :upTo)
      AND page.position = (SELECT max(newer.position) FROM pages AS newer
        WHERE newer.url_key = document.url_key AND newer.position <= :upTo
          AND (newer.document IS NOT NULL OR newer.id = document.extracted_from))
    ORDER BY document.url_key LIMIT :limit`,
})

/* Served by pages_run. */
const pagesOfRun = query({
  name: 'transfer.pagesOfRun',
  params: ofRun,
  gives,
  sql: `SELECT page.url_key, page.id, '', ${pageOctets} FROM pages AS page
    WHERE page.run = :run AND page.url_key > :after AND page.position <= :upTo AND in_time()
    ORDER BY page.url_key LIMIT :limit`,
})

/* Served by pages_run. */
const documentsOfRun = query({
  name: 'transfer.documentsOfRun',
  params: ofRun,
  gives,
  sql: `SELECT page.url_key, page.id, document.id, ${documentOctets}
    FROM pages AS page CROSS JOIN documents AS document
    WHERE document.id = page.document AND page.run = :run AND page.url_key > :after AND page.position <= :upTo AND in_time()
    ORDER BY page.url_key LIMIT :limit`,
})

/** The query for the next keys. */
export function nextKeys(kind: ExportKind, { run, ...chunk }: Keyset): Query<ExportKey> {
  if (run === null) return kind === 'pages' ? pagesLatest(chunk) : documentsLatest(chunk)
  return kind === 'pages' ? pagesOfRun({ run, ...chunk }) : documentsOfRun({ run, ...chunk })
}

/** What a store must be opened with to walk what is exported. */
export const exportKeyDefinitions = [pagesLatest, documentsLatest, pagesOfRun, documentsOfRun].map(
  (made) => made.definition,
)
