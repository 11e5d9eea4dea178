/**
 * The connection by which others see that this process lives: it holds an advisory lock for as long as its session lasts.
 * The server notices the end of a process at once; a session that is lost while the process lives is made anew.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isMillraceError, MillraceError } from '../../../model/index.ts'
import type { LostProcess } from '../../contract.ts'
import { toPortable } from '../../portable-text.ts'
import { closed } from '../../queue/index.ts'
import { endLeft, settled, type Connection, type Connector, type Sent } from '../connect/index.ts'
import { isHeld, lifeLock } from './life-lock.ts'

/** This process, as others see it. */
export interface OwnProcess {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly command: string
  readonly startedAt: number
  /** Milliseconds that others have after a restart of the server before they count as lost. */
  readonly comeBackMs: number
}

/** Milliseconds between two looks whether the session is still there. */
const LOOK_MS = 2_000

/** Registers this process, and holds locks for it. */
export class Keeper {
  readonly #connector: Connector
  readonly #own: OwnProcess
  readonly #held = new Set<string>()
  readonly #end = new AbortController()
  /** The newest session, which is good for nothing until it is registered. */
  #connection: Connection | undefined
  #registering: Promise<Connection> | undefined
  /** The server's process of the last session that had our lock. */
  #left: number | undefined
  /** By performance.now(): when sessions were lost nobody may have a lock yet, and everybody comes back. */
  #trustedFrom = 0
  #watching: Promise<void> | undefined

  constructor(connector: Connector, own: OwnProcess) {
    this.#connector = connector
    this.#own = own
  }

  async open(): Promise<void> {
    await this.#session()
    this.#watching = this.#watch()
  }

  /** @throws MillraceError Busy when another process, or this one, has it */
  async hold(name: string): Promise<AsyncDisposable> {
    this.#checkOpen()
    const lock = toPortable(name)
    if (this.#held.has(lock)) throw taken(name)
    this.#held.add(lock)
    try {
      if (!(await this.#use((session) => isTaken(session, lock)))) throw taken(name)
    } catch (error) {
      this.#held.delete(lock)
      throw error
    }
    return { [Symbol.asyncDispose]: () => this.#letGo(lock) }
  }

  /** Processes that registered and whose lock nobody holds. */
  async lostProcesses(): Promise<readonly LostProcess[]> {
    this.#checkOpen()
    return await this.#use((session) => this.#lostBySession(session))
  }

  /** Nothing happens when it has come back meanwhile. */
  async forget(id: string): Promise<void> {
    this.#checkOpen()
    await this.#use((session) => write(session, { text: FORGET, params: [id] }))
  }

  /** Where the server does not answer any more the row stays, and others find it. */
  async close(): Promise<void> {
    this.#end.abort()
    const timer = setTimeout(() => this.#connection?.drop(), this.#connector.limits.closeMs)
    try {
      await this.#watching
      if (this.#connection?.isLost !== false) return
      await write(this.#connection, { text: FORGET, params: [this.#own.id] })
    } catch (error) {
      if (!isMillraceError(error, 'StoreUnreachable')) throw error
    } finally {
      clearTimeout(timer)
      await this.#connection?.close()
    }
  }

  async #letGo(lock: string): Promise<void> {
    // With the session all its locks have gone.
    if (!this.#held.delete(lock) || this.#end.signal.aborted) return
    await this.#use((session) => session.run({ text: LET_GO, params: [lock] }))
  }

  async #lostBySession(session: Connection): Promise<readonly LostProcess[]> {
    if (performance.now() < this.#trustedFrom) return []
    const { rows } = await session.run({ text: LOST, params: [this.#own.id] })
    return rows.map(([id, pid]) => ({ id: String(id), pid: Number(pid) }))
  }

  #checkOpen(): void {
    if (this.#end.signal.aborted) throw closed()
  }

  /** Whether a session is lost is often found out by using it: then all is done once more, with a new one. */
  async #use<T>(work: (session: Connection) => Promise<T>): Promise<T> {
    const session = await this.#session()
    try {
      return await work(session)
    } catch (error) {
      if (!session.isLost) throw error
      return await work(await this.#session())
    }
  }

  /** The session that holds our locks; a lost one is made anew, by one caller for all. */
  #session(): Promise<Connection> {
    if (this.#registering !== undefined) return this.#registering
    if (this.#connection?.isLost === false) return Promise.resolve(this.#connection)
    this.#registering = this.#register().finally(() => (this.#registering = undefined))
    return this.#registering
  }

  /** Takes the lock first, so that the row never looks like that of a lost process. */
  async #register(): Promise<Connection> {
    const { id, pid, host, command, startedAt, comeBackMs } = this.#own
    const isFirst = this.#left === undefined
    const connection = await this.#connector.connect('keep', { signal: this.#end.signal })
    this.#connection = connection
    try {
      await endLeft(connection, this.#left)
      this.#left = connection.server.pid
      await connection.run({ text: LOCK_OWN, params: [id] })
      const { rows } = await connection.run({ text: IS_AFTER_RESTART })
      const areOthersBack = isFirst && rows[0]?.[0] !== 1
      this.#trustedFrom = areOthersBack ? 0 : performance.now() + comeBackMs
      await write(connection, { text: PUT_OWN, params: [id, pid, host, command, startedAt] })
      // Whoever took one meanwhile saw no holder; what is written outside of the store is fenced by its own means.
      for (const name of this.#held) if (!(await isTaken(connection, name))) this.#held.delete(name)
      return connection
    } catch (error) {
      connection.drop()
      throw error
    }
  }

  /* A lost session is noticed when it is used; a process that only waits would not use it for long. */
  async #watch(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        await delay(LOOK_MS, undefined, { signal, ref: false })
        await (await this.#session()).run({ text: 'SELECT 1' })
      } catch {
        // The session is lost: the next look makes another.
      }
    }
  }
}

/** Whether this session has the lock of a name now. */
async function isTaken(connection: Connection, name: string): Promise<boolean> {
  const { rows } = await connection.run({ text: TRY_NAMED, params: [name] })
  return rows[0]?.[0] === 1
}

async function write(connection: Connection, statement: Sent): Promise<void> {
  const sent = [{ text: 'BEGIN READ WRITE' }, statement, { text: 'COMMIT' }]
  await settled(sent.map((one) => connection.run(one)))
}

const LOCK_OWN = `SELECT pg_advisory_lock(${lifeLock('$1::text')})`
/* Postgres counts how often a session took a lock; ours is taken once and let go once. */
const NAMED = 'hashtextextended($1::text, 1)'
const TRY_NAMED = `SELECT CASE WHEN ${isHeld(NAMED, 'pid = pg_backend_pid()')}
  THEN true ELSE pg_try_advisory_lock(${NAMED}) END`
const LET_GO = `SELECT pg_advisory_unlock(${NAMED})`

const PUT_OWN = `INSERT INTO processes (id, pid, host, command, started_at)
  VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::bigint) ON CONFLICT (id) DO NOTHING`

const LOST = `SELECT id, pid FROM processes
  WHERE id <> $1::text AND NOT ${isHeld(lifeLock('processes.id'))} ORDER BY id`

/* A process that comes back waits for the lock until the row is gone, and puts it there anew. */
const FORGET = `DELETE FROM processes
  WHERE id = $1::text AND pg_try_advisory_xact_lock(${lifeLock('id')})`

/** Whether this session began soon after the server did. */
const IS_AFTER_RESTART = `SELECT backend_start - pg_postmaster_start_time() < interval '15 seconds'
  FROM pg_stat_activity WHERE pid = pg_backend_pid()`

function taken(name: string): MillraceError {
  return new MillraceError('Busy', `another process has the lock of ${name}`)
}
