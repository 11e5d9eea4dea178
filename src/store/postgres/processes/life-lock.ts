/** The advisory lock by which a process is known to live, as SQL of whatever looks for it. */

/** The number of the lock of a process; `id` is an SQL expression. */
export function lifeLock(id: string): string {
  return `hashtextextended(${id}, 0)`
}

/** Holds while a session of this database has the lock of a number, which pg_locks lists as its two halves. */
export function isHeld(number: string, andAlso = 'true'): string {
  return `EXISTS (SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((classid::bigint << 32) | objid::bigint) = ${number} AND ${andAlso})`
}
