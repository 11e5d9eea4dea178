/**
 * Documents: the content of pages, in versions that are added and never changed. A version is made when its page is
 * fetched, or later of the body that was kept; the newest by position is what a URL says. `extractor` names the version
 * of our code that first made this very content: a later one that would say the same adds nothing.
 */
import { addFingerprint, type Fingerprint } from '../duplicates/index.ts'
import { command, sqlName, table, type Command, type Values } from '../../store/index.ts'

/** All columns of a document. */
export const documents = table({
  name: 'documents',
  noun: 'document',
  key: 'id',
  columns: {
    id: 'text',
    run: 'text',
    source: 'text',
    url: 'text',
    urlKey: 'text',
    canonicalUrl: 'text?',
    title: 'text',
    text: 'text',
    markdown: 'text',
    html: 'text?',
    description: 'text?',
    leadImage: 'text?',
    wordCount: 'int',
    language: 'text?',
    publishedAt: 'time?',
    modifiedAt: 'time?',
    authors: 'json',
    categories: 'json',
    tags: 'json',
    links: 'json',
    metadata: 'json',
    needsJavascript: 'bool',
    sha256: 'text',
    rawSha256: 'text',
    extractor: 'int',
    extractedFrom: 'text?',
    createdAt: 'time',
  },
})

/** A document row. `extractedFrom` is the stored page it was made of later, null where it was made at the fetch. */
export type DocumentRow = Values<typeof documents.columns>

/** What makes two versions the same: all that was read in the page, and nothing of when and by what. */
const CONTENT = [
  'sha256',
  'title',
  'markdown',
  'html',
  'description',
  'leadImage',
  'canonicalUrl',
  'language',
  'publishedAt',
  'modifiedAt',
  'authors',
  'categories',
  'tags',
  'needsJavascript',
  'links',
  'metadata',
] as const satisfies readonly (keyof DocumentRow)[]

const names = Object.keys(documents.columns)
const same = CONTENT.map((name) => `${sqlName(name)} IS NOT DISTINCT FROM :${name}`).join(' AND ')

/**
 * A document version, unless the newest one of its url key already says the same. One that is made of a stored page is
 * added only while no newer page of its URL has a body that could be read: else what was fetched since would be hidden.
 * Served by documents_versions and pages_versions.
 */
export const addDocument = command({
  name: 'documents.add',
  params: documents.columns,
  statements: [
    {
      sql: `INSERT INTO documents (${names.map(sqlName).join(', ')}, position)
        SELECT ${names.map((name) => `:${name}`).join(', ')}, :position
        WHERE NOT EXISTS (
          SELECT 1 FROM documents WHERE url_key = :urlKey
            AND position = (SELECT max(position) FROM documents WHERE url_key = :urlKey) AND ${same})
        AND (:extractedFrom IS NULL OR :extractedFrom = (
          SELECT id FROM pages WHERE url_key = :urlKey AND raw_sha256 IS NOT NULL AND status BETWEEN 200 AND 299
          ORDER BY position DESC LIMIT 1))`,
      changes: { noun: 'document', op: 'put', id: 'id' },
    },
  ],
})

/** Tells the newest document of a URL its image, where it was not known when the document was made. */
export const nameImage = command({
  name: 'documents.nameImage',
  params: { urlKey: 'text', leadImage: 'text' },
  statements: [
    {
      sql: `UPDATE documents SET lead_image = :leadImage, position = position WHERE url_key = :urlKey
          AND lead_image IS NULL AND position = (SELECT max(position) FROM documents WHERE url_key = :urlKey)
        RETURNING id`,
      changes: { noun: 'document', op: 'put', id: 'returning' },
    },
  ],
})

/** A document and what makes its duplicates known: the one way to write documents, so that none goes without. */
export interface Fingerprinted {
  readonly row: DocumentRow
  readonly fingerprint: Fingerprint
}

/** The commands that write documents. */
export function documentCommands(made: readonly Fingerprinted[]): readonly Command[] {
  if (made.length === 0) return []
  return [
    addDocument.all(made.map(({ row }) => row)),
    addFingerprint.all(made.map(({ row, fingerprint }) => ({ document: row.id, ...fingerprint }))),
  ]
}

/**
 * Whether a URL of a source is a post that an API tells of, as SQL of two columns: its document is the API's, and no page
 * that is read in its place says as much.
 */
export function isPost(source: string, urlKey: string): string {
  return `EXISTS (SELECT 1 FROM wordpress_items AS post WHERE post.source = ${source} AND post.url_key = ${urlKey})`
}

/** What a store must be opened with to keep documents. */
export const documentDefinitions = [addDocument, nameImage].map((made) => made.definition)
