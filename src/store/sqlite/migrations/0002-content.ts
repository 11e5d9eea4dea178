/** What a document holds beside its text, and documents that are made again of a page that is stored. */
import type { Migration } from './migration.ts'

const documents = `
ALTER TABLE documents ADD COLUMN markdown TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN html TEXT;
ALTER TABLE documents ADD COLUMN description TEXT;
ALTER TABLE documents ADD COLUMN lead_image TEXT;
ALTER TABLE documents ADD COLUMN word_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN categories TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN extracted_from TEXT; -- the page it was made of later; null: made when it was fetched
CREATE INDEX documents_extracted_from ON documents (extracted_from)
  WHERE extracted_from IS NOT NULL; -- is a document still needed
`

/*
 * The newest document is that of the newest page, unless it was made again since: so the document is asked for by itself,
 * and the page is the newest that has one or that it was made of.
 */
const views = `
DROP VIEW documents_latest;
CREATE VIEW documents_latest AS
  SELECT document.id, document.url, document.canonical_url, document.title, document.text, document.language,
    document.published_at, document.modified_at, document.authors, page.fetched_at, document.sha256,
    document.raw_sha256, document.source, page.run, document.needs_javascript, document.links, document.metadata,
    document.markdown, document.html, document.description, document.lead_image, document.word_count,
    document.categories, document.tags
  FROM documents AS document JOIN pages AS page ON page.url_key = document.url_key
  WHERE document.position = (SELECT max(position) FROM documents AS newer WHERE newer.url_key = document.url_key)
    AND page.position = (SELECT max(position) FROM pages AS newer WHERE newer.url_key = document.url_key
      AND (newer.document IS NOT NULL OR newer.id = document.extracted_from));
`

/** Documents get their further columns. */
export const content: Migration = { id: 2, name: 'content', sql: documents + views }
