/** The views for analysts: the same names and columns as in SQLite. */

/* What SQLite's json_group_object() gives: canonical JSON of whole numbers by name. */
const tallied = (figure: string, value: string) => `(SELECT coalesce('{' || string_agg(
      to_json(class)::text || ':' || ${value}::text, ',' ORDER BY class) || '}', '{}') FROM run_tallies AS tally
      WHERE tally.run = host.run AND tally.host = host.host AND figure = '${figure}')`

/** All views. They come last. */
export const views = `
CREATE VIEW pages_latest AS
  SELECT id, run, source, url, status, content_type, fetched_at, duration_ms, bytes, raw_sha256, redirect_to, note,
    document, headers, remote_address, change
  FROM pages AS page
  WHERE position = (SELECT max(position) FROM pages AS newer WHERE newer.url_key = page.url_key);

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

CREATE VIEW duplicates_latest AS
  SELECT url, document, sha256, cluster, members, url_key = canonical AS is_canonical,
    CASE WHEN url_key <> canonical THEN canonical END AS duplicate_of
  FROM (
    SELECT document.url, document.url_key, document.id AS document, document.sha256,
      (lpad(to_hex(first.a), 8, '0') || lpad(to_hex(first.b), 8, '0') || lpad(to_hex(first.c), 8, '0')
        || lpad(to_hex(first.d), 8, '0')) COLLATE "C" AS cluster,
      count(*) OVER (PARTITION BY first.number) AS members,
      first_value(document.url_key)
        OVER (PARTITION BY first.number ORDER BY length(document.url_key), document.url_key) AS canonical
    FROM documents AS document
      JOIN document_fingerprints AS has ON has.document = document.number
      JOIN fingerprints AS fingerprint ON fingerprint.number = has.fingerprint
      JOIN fingerprints AS first ON first.number = fingerprint.cluster
    WHERE document.position = (SELECT max(position) FROM documents AS newer WHERE newer.url_key = document.url_key)
  ) AS member;

CREATE VIEW runs_summary AS
  SELECT run.id, run.state, run.reason, source.kind AS source_kind, source.seeds, run.started_at, run.finished_at,
    run.pages, run.documents, run.failed, run.skipped, run.bytes,
    (SELECT count(*) FROM jobs WHERE jobs.run = run.id AND jobs.state = 'dead') AS dead, source.name AS source_name,
    run.pages_new, run.pages_changed, run.pages_unchanged, run.pages_missed, run.pages_gone, run.pages_unasked
  FROM runs AS run JOIN sources AS source ON source.id = run.source;

CREATE VIEW runs_hosts AS
  SELECT host.run, host.host, host.fetched, host.retried, host.given_up, host.wire_bytes, host.bytes,
    (SELECT div(sum(ms), sum(count))::bigint FROM run_tallies AS tally
      WHERE tally.run = host.run AND tally.host = host.host AND figure = 'latency') AS latency_mean_ms,
    ${tallied('failed', 'count')} COLLATE "C" AS failures,
    ${tallied('wait', 'ms')} COLLATE "C" AS waits_ms
  FROM run_hosts AS host;

CREATE VIEW authors AS
  SELECT author.source, author.wp_id AS id, author.name, author.slug, author.link,
    (SELECT count(*) FROM wordpress_items AS item
      WHERE item.source = author.source AND item.author = author.wp_id AND item.gone_at IS NULL) AS posts
  FROM wordpress_entities AS author WHERE author.kind = 'users' AND author.name IS NOT NULL;
`
