/** testing: turns a test into one with a connector of its own, which is closed with it. */
import type { TestContext } from 'node:test'
import { connectorOf, type Connector, type ConnectOptions } from '../index.ts'

/** A connector that is closed when the test ends. */
export function connectorFor(t: Pick<TestContext, 'after'>, options: ConnectOptions): Connector {
  const connector = connectorOf(options)
  t.after(() => connector.close())
  return connector
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
