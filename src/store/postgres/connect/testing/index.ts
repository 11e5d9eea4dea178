/** testing: turns a test into one with a connector of its own, which is closed with it. */
import type { TestContext } from 'node:test'
import { connectorOf, type Connection, type Connector, type ConnectOptions } from '../index.ts'

/** A connector that is closed when the test ends. */
export function connectorFor(t: Pick<TestContext, 'after'>, options: ConnectOptions): Connector {
  const connector = connectorOf(options)
  t.after(() => connector.close())
  return connector
}

/** Resolves when the server is at what that session sent last: a request to cancel that comes earlier is lost. */
export async function untilRunning(watcher: Connection, session: Connection): Promise<void> {
  const text =
    "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep%'"
  while ((await watcher.run({ text, params: [session.server.pid] })).count === 0);
}

/** A clock that is moved by hand. */
export class HandClock {
  #now = 1_000_000

  now(): number {
    return this.#now
  }

  move(ms: number): void {
    this.#now += ms
  }
}
