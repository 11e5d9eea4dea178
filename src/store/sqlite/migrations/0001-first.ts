/** The first schema: engine tables, jobs and lanes, the crawl's nouns, full text, and the views for analysts. */
import type { Migration } from './migration.ts'

/*
 * Every row carries the position that last wrote it. Ids are UUIDv7 text, times are milliseconds since 1970 UTC, JSON
 * is canonical text. Which statement each index serves stands beside it.
 */
const engine = `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('position', 0), ('changes_pruned_to', 0);

CREATE TABLE changes (
  position INTEGER NOT NULL, noun TEXT NOT NULL, id TEXT NOT NULL,
  op TEXT NOT NULL CHECK (op IN ('put', 'delete')),
  PRIMARY KEY (position, noun, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE commits (
  key TEXT PRIMARY KEY, position INTEGER NOT NULL, results TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX commits_at ON commits (at); -- retention

CREATE TABLE processes (
  id TEXT PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, command TEXT NOT NULL, started_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

const jobs = `
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  run TEXT NOT NULL, kind TEXT NOT NULL, unique_key TEXT NOT NULL, lane TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('scheduled', 'available', 'running', 'retryable', 'completed', 'cancelled', 'dead')),
  priority INTEGER NOT NULL, due_at INTEGER NOT NULL, input TEXT NOT NULL,
  attempts INTEGER NOT NULL, attempts_max INTEGER NOT NULL, waits INTEGER NOT NULL,
  crashes INTEGER NOT NULL, crashes_alone INTEGER NOT NULL, epoch INTEGER NOT NULL,
  process TEXT, lease_until INTEGER, error_code TEXT, error_message TEXT,
  created_at INTEGER NOT NULL, finished_at INTEGER, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_unique ON jobs (run, kind, unique_key);                            -- offer
CREATE INDEX jobs_ready ON jobs (run, kind, lane, priority, waits, id) WHERE state = 'available';  -- claim
CREATE INDEX jobs_due ON jobs (run, kind, due_at) WHERE state IN ('scheduled', 'retryable'); -- claim: promote
CREATE INDEX jobs_running ON jobs (process) WHERE state = 'running';                        -- heartbeat, rescue
CREATE INDEX jobs_running_lane ON jobs (lane) WHERE state = 'running';                      -- claim: free slots
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';                     -- rescue of hung ones
CREATE INDEX jobs_dead ON jobs (run, id) WHERE state = 'dead';                              -- summaries

CREATE TABLE attempts (
  id TEXT PRIMARY KEY, job TEXT NOT NULL, attempt INTEGER NOT NULL, process TEXT NOT NULL,
  started_at INTEGER NOT NULL, finished_at INTEGER NOT NULL,
  error_code TEXT NOT NULL, error_message TEXT NOT NULL, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_job ON attempts (job, attempt); -- explain a job

CREATE TABLE lanes (
  key TEXT PRIMARY KEY, concurrency INTEGER NOT NULL, gap_ms INTEGER NOT NULL,
  next_at INTEGER NOT NULL, wait_until INTEGER NOT NULL, wait_reason TEXT, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

const crawl = `
CREATE TABLE sources (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL UNIQUE, seeds TEXT NOT NULL, rules TEXT NOT NULL,
  created_at INTEGER NOT NULL, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources (id),
  state TEXT NOT NULL CHECK (state IN
    ('planned', 'running', 'paused', 'stopped', 'completed', 'failed', 'cancelled')),
  reason TEXT, limits TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER,
  pages INTEGER NOT NULL, documents INTEGER NOT NULL, failed INTEGER NOT NULL, skipped INTEGER NOT NULL,
  bytes INTEGER NOT NULL, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX runs_unfinished ON runs (source)
  WHERE state IN ('planned', 'running', 'paused', 'stopped'); -- two starts at once make one run
CREATE INDEX runs_source ON runs (source, id);               -- newest run of a source

CREATE TABLE raw_bodies (
  sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL, compression TEXT NOT NULL, body BLOB NOT NULL,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE pages (
  id TEXT PRIMARY KEY, run TEXT NOT NULL, source TEXT NOT NULL,
  url TEXT NOT NULL, url_key TEXT NOT NULL, url_key_version INTEGER NOT NULL,
  status INTEGER NOT NULL, content_type TEXT, headers TEXT NOT NULL, remote_address TEXT NOT NULL,
  fetched_at INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
  bytes INTEGER NOT NULL, raw_sha256 TEXT, redirect_to TEXT, note TEXT, document TEXT, position INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pages_run ON pages (run, url_key);           -- a run stores a URL once; export --run
CREATE INDEX pages_versions ON pages (url_key, position);        -- newest version as of a position
CREATE INDEX pages_position ON pages (run, position);            -- follow a run as it is committed
CREATE INDEX pages_raw ON pages (raw_sha256) WHERE raw_sha256 IS NOT NULL; -- is a raw body still needed
CREATE INDEX pages_document ON pages (document) WHERE document IS NOT NULL; -- is a document still needed

CREATE TABLE documents (
  number INTEGER PRIMARY KEY, -- what full text refers to
  id TEXT NOT NULL UNIQUE, run TEXT NOT NULL, source TEXT NOT NULL,
  url TEXT NOT NULL, url_key TEXT NOT NULL, canonical_url TEXT,
  title TEXT NOT NULL, text TEXT NOT NULL, language TEXT, published_at INTEGER, modified_at INTEGER,
  authors TEXT NOT NULL, links TEXT NOT NULL, metadata TEXT NOT NULL, needs_javascript INTEGER NOT NULL,
  sha256 TEXT NOT NULL, raw_sha256 TEXT NOT NULL, extractor INTEGER NOT NULL, created_at INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT;
CREATE INDEX documents_versions ON documents (url_key, position); -- the version a re-fetch is compared with
CREATE INDEX documents_raw ON documents (raw_sha256);             -- is a raw body still needed

CREATE TABLE robots (
  origin TEXT PRIMARY KEY, status INTEGER NOT NULL, body TEXT NOT NULL, fetched_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

const search = `
CREATE VIRTUAL TABLE documents_text USING fts5 (
  title, text, content = 'documents', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE indexed (url_key TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

const views = `
CREATE VIEW pages_latest AS
  SELECT id, run, source, url, status, content_type, fetched_at, duration_ms, bytes, raw_sha256, redirect_to, note,
    document, headers, remote_address
  FROM pages AS page
  WHERE position = (SELECT max(position) FROM pages AS newer WHERE newer.url_key = page.url_key);

CREATE VIEW documents_latest AS
  SELECT document.id, document.url, document.canonical_url, document.title, document.text, document.language,
    document.published_at, document.modified_at, document.authors, page.fetched_at, document.sha256,
    document.raw_sha256, document.source, page.run, document.needs_javascript, document.links, document.metadata
  FROM pages AS page JOIN documents AS document ON document.id = page.document
  WHERE page.position = (SELECT max(position) FROM pages AS newer
    WHERE newer.url_key = page.url_key AND newer.document IS NOT NULL);

CREATE VIEW runs_summary AS
  SELECT run.id, run.state, run.reason, source.kind AS source_kind, source.seeds, run.started_at, run.finished_at,
    run.pages, run.documents, run.failed, run.skipped, run.bytes,
    (SELECT count(*) FROM jobs WHERE jobs.run = run.id AND jobs.state = 'dead') AS dead
  FROM runs AS run JOIN sources AS source ON source.id = run.source;
`

/** Makes an empty file a Millrace database. */
export const first: Migration = { id: 1, name: 'first', sql: engine + jobs + crawl + search + views }
