/** Lanes know how their host fares: failures in a row, the breaker they open, what is left of the retry budget. */
import type { Migration } from './migration.ts'

/*
 * The breaker has no column of its own: penalty_ms 0 is closed; above 0 it is open until open_until, and half-open from
 * then on. penalty_base_ms is what the first opening takes. error_... is the last thing that went wrong on this host,
 * whatever it led to; wait_code says what wait_reason says in words.
 */
const sql = `
ALTER TABLE lanes ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN penalty_base_ms INTEGER NOT NULL DEFAULT 30000;
ALTER TABLE lanes ADD COLUMN penalty_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN open_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lanes ADD COLUMN retry_credit INTEGER NOT NULL DEFAULT 200;
ALTER TABLE lanes ADD COLUMN wait_code TEXT;
ALTER TABLE lanes ADD COLUMN error_code TEXT;
ALTER TABLE lanes ADD COLUMN error_status INTEGER;
ALTER TABLE lanes ADD COLUMN error_message TEXT;
ALTER TABLE lanes ADD COLUMN error_at INTEGER;
`

/** Gives lanes a circuit breaker. */
export const breaker: Migration = { id: 5, name: 'breaker', sql }
