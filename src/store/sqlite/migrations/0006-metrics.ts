/** What happened at each host of a run, in figures; and the name a configuration gives a source. */
import type { Migration } from './migration.ts'

/*
 * A tally's class is a bucket of milliseconds (latency), an error code or HTTP status (failed), a cause (wait); its ms
 * are a sum. Both keys serve the upsert of each settled job, and `runs show` by their beginning.
 */
const tables = `
CREATE TABLE run_hosts (
  run TEXT NOT NULL, host TEXT NOT NULL,
  fetched INTEGER NOT NULL, retried INTEGER NOT NULL, given_up INTEGER NOT NULL,
  wire_bytes INTEGER NOT NULL, bytes INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_tallies (
  run TEXT NOT NULL, host TEXT NOT NULL,
  figure TEXT NOT NULL CHECK (figure IN ('latency', 'failed', 'wait')), class TEXT NOT NULL,
  count INTEGER NOT NULL, ms INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (run, host, figure, class)
) STRICT, WITHOUT ROWID;

ALTER TABLE sources ADD COLUMN name TEXT NOT NULL DEFAULT '';
`

const views = `
DROP VIEW runs_summary;
CREATE VIEW runs_summary AS
  SELECT run.id, run.state, run.reason, source.kind AS source_kind, source.seeds, run.started_at, run.finished_at,
    run.pages, run.documents, run.failed, run.skipped, run.bytes,
    (SELECT count(*) FROM jobs WHERE jobs.run = run.id AND jobs.state = 'dead') AS dead, source.name AS source_name,
    run.pages_new, run.pages_changed, run.pages_unchanged, run.pages_missed, run.pages_gone, run.pages_unasked
  FROM runs AS run JOIN sources AS source ON source.id = run.source;

CREATE VIEW runs_hosts AS
  SELECT host.run, host.host, host.fetched, host.retried, host.given_up, host.wire_bytes, host.bytes,
    (SELECT sum(ms) / sum(count) FROM run_tallies AS tally
      WHERE tally.run = host.run AND tally.host = host.host AND figure = 'latency') AS latency_mean_ms,
    (SELECT json_group_object(class, count) FROM run_tallies AS tally
      WHERE tally.run = host.run AND tally.host = host.host AND figure = 'failed') AS failures,
    (SELECT json_group_object(class, ms) FROM run_tallies AS tally
      WHERE tally.run = host.run AND tally.host = host.host AND figure = 'wait') AS waits_ms
  FROM run_hosts AS host;
`

/** Adds run metrics, and names of sources. */
export const metrics: Migration = { id: 6, name: 'metrics', sql: tables + views }
