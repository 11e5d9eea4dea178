/** Ends what a lost session left on the server: it may hold locks, and nobody will ever end its transaction. */
import type { Connection } from './types.ts'

/** The numbers of server processes are used again; only a session of this very process of ours is ended. */
const END_LEFT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE pid = $1::int AND pid <> pg_backend_pid() AND application_name = current_setting('application_name')`

/** `pid`: of the session that was lost; undefined: none was. Its locks are free a moment later. */
export async function endLeft(connection: Connection, pid: number | undefined): Promise<void> {
  if (pid !== undefined) await connection.run({ text: END_LEFT, params: [pid] })
}
