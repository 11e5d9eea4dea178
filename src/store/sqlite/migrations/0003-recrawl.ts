/** Incremental runs: what each answer said of its page, how many said so in a run, and the way through what a source knows. */
import type { Migration } from './migration.ts'

const columns = `
ALTER TABLE pages ADD COLUMN change TEXT CHECK (change IN ('new', 'changed', 'unchanged', 'missed', 'gone'));
CREATE INDEX pages_source ON pages (source, url_key, position); -- recall, diff, the version a re-fetch asks about

ALTER TABLE runs ADD COLUMN pages_new INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN pages_changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN pages_unchanged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN pages_missed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN pages_gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN pages_unasked INTEGER NOT NULL DEFAULT 0;
`

/*
 * What was stored before is judged as it would be now, but for pages that were not found: whoever wrote it did not look
 * for those. An answer's earlier one is the source's newest before it that has a document.
 */
const history = `
UPDATE pages SET change = coalesce((
  SELECT iif(pages.document = earlier.document OR (
      SELECT one.sha256 = other.sha256 AND one.title = other.title FROM documents AS one, documents AS other
      WHERE one.id = pages.document AND other.id = earlier.document), 'unchanged', 'changed')
  FROM pages AS earlier WHERE earlier.source = pages.source AND earlier.url_key = pages.url_key
    AND earlier.position < pages.position AND earlier.document IS NOT NULL
  ORDER BY earlier.position DESC LIMIT 1), 'new')
WHERE document IS NOT NULL;

UPDATE runs SET pages_new = sums.new, pages_changed = sums.changed, pages_unchanged = sums.unchanged
FROM (SELECT run, sum(change = 'new') AS new, sum(change = 'changed') AS changed,
    sum(change = 'unchanged') AS unchanged
  FROM pages WHERE change IS NOT NULL GROUP BY run) AS sums
WHERE sums.run = runs.id;
`

const views = `
DROP VIEW pages_latest;
CREATE VIEW pages_latest AS
  SELECT id, run, source, url, status, content_type, fetched_at, duration_ms, bytes, raw_sha256, redirect_to, note,
    document, headers, remote_address, change
  FROM pages AS page
  WHERE position = (SELECT max(position) FROM pages AS newer WHERE newer.url_key = page.url_key);

DROP VIEW documents_latest;
CREATE VIEW documents_latest AS
  SELECT document.id, document.url, document.canonical_url, document.title, document.text, document.language,
    document.published_at, document.modified_at, document.authors, page.fetched_at, document.sha256,
    document.raw_sha256, document.source, page.run, document.needs_javascript, document.links, document.metadata,
    document.markdown, document.html, document.description, document.lead_image, document.word_count,
    document.categories, document.tags,
    (SELECT min(later.fetched_at) FROM pages AS later WHERE later.url_key = page.url_key
      AND later.position > page.position AND later.change = 'gone') AS gone_at
  FROM documents AS document JOIN pages AS page ON page.url_key = document.url_key
  WHERE document.position = (SELECT max(position) FROM documents AS newer WHERE newer.url_key = document.url_key)
    AND page.position = (SELECT max(position) FROM pages AS newer WHERE newer.url_key = document.url_key
      AND (newer.document IS NOT NULL OR newer.id = document.extracted_from));

DROP VIEW runs_summary;
CREATE VIEW runs_summary AS
  SELECT run.id, run.state, run.reason, source.kind AS source_kind, source.seeds, run.started_at, run.finished_at,
    run.pages, run.documents, run.failed, run.skipped, run.bytes,
    (SELECT count(*) FROM jobs WHERE jobs.run = run.id AND jobs.state = 'dead') AS dead,
    run.pages_new, run.pages_changed, run.pages_unchanged, run.pages_missed, run.pages_gone, run.pages_unasked
  FROM runs AS run JOIN sources AS source ON source.id = run.source;
`

/** Lets a run tell what changed since the one before it. */
export const recrawl: Migration = { id: 3, name: 'recrawl', sql: columns + history + views }
