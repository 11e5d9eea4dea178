/** Tables of jobs: what is due, how it failed, and the lanes that pace it. */

/**
 * Jobs change their state all the time, which indexes know: so what is dead is cleared away early, for claims walk those
 * indexes. Rows of lanes are changed where they lie, in the half of each page that is left free for it.
 */
export const jobs = `
CREATE TABLE jobs (
  id text COLLATE "C" PRIMARY KEY,
  run text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, unique_key text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN
    ('scheduled', 'available', 'running', 'retryable', 'completed', 'cancelled', 'dead')),
  priority bigint NOT NULL, due_at bigint NOT NULL, input text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL, attempts_max bigint NOT NULL, waits bigint NOT NULL,
  crashes bigint NOT NULL, crashes_alone bigint NOT NULL, epoch bigint NOT NULL,
  process text COLLATE "C", lease_until bigint, error_code text COLLATE "C", error_message text COLLATE "C",
  created_at bigint NOT NULL, finished_at bigint, position bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX jobs_unique ON jobs (run, kind, unique_key);                            -- offer
CREATE INDEX jobs_ready ON jobs (run, kind, lane, priority, waits, id) WHERE state = 'available';  -- claim
CREATE INDEX jobs_due ON jobs (run, kind, due_at) WHERE state IN ('scheduled', 'retryable'); -- claim: promote
CREATE INDEX jobs_running ON jobs (process) WHERE state = 'running';                        -- heartbeat, rescue
CREATE INDEX jobs_running_lane ON jobs (lane) WHERE state = 'running';                      -- claim: free slots
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running';                     -- rescue of hung ones
CREATE INDEX jobs_dead ON jobs (run, id) WHERE state = 'dead';                              -- summaries

CREATE TABLE attempts (
  id text COLLATE "C" PRIMARY KEY, job text COLLATE "C" NOT NULL, attempt bigint NOT NULL,
  process text COLLATE "C" NOT NULL, started_at bigint NOT NULL, finished_at bigint NOT NULL,
  error_code text COLLATE "C" NOT NULL, error_message text COLLATE "C" NOT NULL, position bigint NOT NULL
);
CREATE INDEX attempts_job ON attempts (job, attempt); -- explain a job

CREATE TABLE lanes (
  key text COLLATE "C" PRIMARY KEY, concurrency bigint NOT NULL, gap_ms bigint NOT NULL,
  next_at bigint NOT NULL, wait_until bigint NOT NULL, wait_reason text COLLATE "C", position bigint NOT NULL,
  failures bigint NOT NULL DEFAULT 0, penalty_base_ms bigint NOT NULL DEFAULT 30000,
  penalty_ms bigint NOT NULL DEFAULT 0, open_until bigint NOT NULL DEFAULT 0,
  retry_credit bigint NOT NULL DEFAULT 200, wait_code text COLLATE "C", error_code text COLLATE "C",
  error_status bigint, error_message text COLLATE "C", error_at bigint
) WITH (fillfactor = 50);
`
