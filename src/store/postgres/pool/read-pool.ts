/** Sessions that many callers read with, one at a time each. */
import { availableParallelism } from 'node:os'
import { isMillraceError, MillraceError, systemClock, type Clock } from '../../../model/index.ts'
import { Meter } from '../../../observe/index.ts'
import type { Answer, Connection, Connector, Sent } from '../connect/index.ts'
import { runWithin } from './run-within.ts'
import { Turns } from './turns.ts'

/** How many sessions a pool opens at most, unless it is told otherwise: as many as there are processors, 2 to 4. */
export const READ_POOL_SIZE = Math.min(4, Math.max(2, availableParallelism()))

/** How a pool is to be. */
export interface ReadPoolOptions {
  /** Sessions at most; default READ_POOL_SIZE. */
  readonly size?: number
  readonly meter?: Meter
  readonly clock?: Clock
}

interface Idle {
  readonly connection: Connection
  readonly since: number
}

/** Opens sessions as they are needed, up to its size. */
export class ReadPool {
  readonly size: number
  readonly #connector: Connector
  readonly #meter: Meter
  readonly #clock: Clock
  readonly #turns: Turns
  /** The one used last comes last, and is used first. */
  readonly #idle: Idle[] = []
  readonly #busy = new Set<Connection>()

  /** @throws MillraceError BadConfig */
  constructor(connector: Connector, options: ReadPoolOptions = {}) {
    const { size = READ_POOL_SIZE, meter = new Meter(), clock = systemClock } = options
    if (!Number.isInteger(size) || size < 1) {
      throw new MillraceError('BadConfig', `expected a pool of 1 session or more, got ${size}`)
    }
    this.size = size
    this.#connector = connector
    this.#meter = meter
    this.#clock = clock
    this.#turns = new Turns(size)
    meter.level('pool.open', () => this.#idle.length + this.#busy.size)
    meter.level('pool.waiting', () => this.#turns.waiting)
  }

  /**
   * Runs `work` with a session of its own until it settles. Where it fails the session is given up with whatever it was
   * in the middle of.
   * @throws MillraceError Busy when none is free for `limits.poolMs`; what `connect` throws; Closed
   */
  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return await this.#inTurn(this.#connector.limits.poolMs, async () => {
      const connection = await this.#take()
      try {
        return await work(connection)
      } catch (error) {
        connection.drop()
        throw error
      } finally {
        this.#putBack(connection)
      }
    })
  }

  /**
   * One read. Past its deadline it is cancelled on the server and refused, whatever the network does. Where its session
   * is lost it is sent once more while there is time: reading twice harms nobody.
   * @throws MillraceError Timeout, StoreUnreachable, Busy, Closed, what the statement fails with
   */
  async read(sent: Sent, deadlineMs: number = this.#connector.limits.readMs): Promise<Answer> {
    const endsAt = performance.now() + deadlineMs
    return await this.#inTurn(deadlineMs, async () => {
      try {
        return await this.#readOnce(sent, endsAt)
      } catch (error) {
        if (!isMillraceError(error, 'StoreUnreachable') || performance.now() >= endsAt) throw error
        this.#meter.count('pool.repeated')
        return await this.#readOnce(sent, endsAt)
      }
    })
  }

  /** Refuses who waits and who comes, lets what runs end within `limits.closeMs`, and closes all sessions. */
  async close(): Promise<void> {
    const timer = setTimeout(() => {
      for (const connection of this.#busy) connection.drop()
    }, this.#connector.limits.closeMs)
    await this.#turns.end(new MillraceError('Closed', 'the read pool was closed'))
    clearTimeout(timer)
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.close()))
  }

  async #inTurn<T>(waitMs: number, work: () => Promise<T>): Promise<T> {
    const cameAt = performance.now()
    if (this.#turns.areAllTaken) this.#meter.count('pool.exhausted')
    try {
      await this.#turns.take(waitMs, () => this.#allTaken(waitMs))
    } finally {
      this.#meter.note('pool.wait_ms', performance.now() - cameAt)
    }
    try {
      return await work()
    } finally {
      this.#turns.giveBack()
    }
  }

  async #readOnce(sent: Sent, endsAt: number): Promise<Answer> {
    const connection = await this.#takeBefore(endsAt)
    try {
      return await runWithin(connection, sent, { endsAt, cancelMs: this.#connector.limits.cancelMs })
    } finally {
      this.#putBack(connection)
    }
  }

  async #takeBefore(endsAt: number): Promise<Connection> {
    const late = AbortSignal.timeout(Math.max(0, Math.ceil(endsAt - performance.now())))
    try {
      return await this.#take(late)
    } catch (error) {
      if (!late.aborted || !isMillraceError(error, 'Aborted')) throw error
      if (isMillraceError(error.cause)) throw error.cause
      const message = `${this.#connector.name} gave no session within the deadline of the read`
      throw new MillraceError('Timeout', message, { cause: error })
    }
  }

  /** One that answers: an idle one that was tried where that is due, else a new one. */
  async #take(signal?: AbortSignal): Promise<Connection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      const { connection } = idle
      this.#busy.add(connection)
      if (await this.#isUsable(idle)) return connection
      this.#busy.delete(connection)
      await connection.close()
    }
    const options = signal === undefined ? {} : { signal }
    const connection = await this.#connector.connect('read', options)
    this.#busy.add(connection)
    return connection
  }

  async #isUsable({ connection, since }: Idle): Promise<boolean> {
    const { idleCheckMs, checkMs, cancelMs } = this.#connector.limits
    if (connection.isLost || connection.isStale) return false
    if (this.#clock.now() - since < idleCheckMs) return true
    this.#meter.count('pool.checked')
    try {
      await runWithin(connection, { text: 'SELECT 1' }, { endsAt: performance.now() + checkMs, cancelMs })
      return true
    } catch {
      // Another one takes its place, and says what is wrong if it can not be had either.
      return false
    }
  }

  #putBack(connection: Connection): void {
    this.#busy.delete(connection)
    if (!connection.isLost) this.#idle.push({ connection, since: this.#clock.now() })
  }

  #allTaken(waitedMs: number): MillraceError {
    const message = `all ${this.size} sessions for reading were in use for ${waitedMs} ms; try again, or use a larger pool`
    return new MillraceError('Busy', message, { facts: { waitedMs, size: this.size } })
  }
}
