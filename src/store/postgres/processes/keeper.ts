/**
 * The connection by which others see that this process lives: it holds an advisory lock for as long as its session lasts.
 * The server notices the end of a process at once; a session that is lost while the process lives is made anew.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError } from '../../../model/index.ts'
import type { LostProcess } from '../../contract.ts'
import { toPortable } from '../../portable-text.ts'
import { closed } from '../../queue/index.ts'
import type { Connection, Connector } from '../connect/index.ts'

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
  #connection: Connection | undefined
  /** By performance.now(): after a restart of the server nobody has a lock yet, and everybody comes back. */
  #trustedFrom = 0
  #watching: Promise<void> | undefined

  constructor(connector: Connector, own: OwnProcess) {
    this.#connector = connector
    this.#own = own
  }

  /** Takes the lock first, so that the row never looks like that of a lost process. */
  async open(): Promise<void> {
    await this.#register()
    this.#watching = this.#watch()
  }

  /** @throws MillraceError Busy when another process, or this one, has it */
  async hold(name: string): Promise<AsyncDisposable> {
    this.#checkOpen()
    const lock = toPortable(name)
    if (this.#held.has(lock)) throw taken(name)
    this.#held.add(lock)
    try {
      const { rows } = await this.#run('SELECT pg_try_advisory_lock(hashtextextended($1::text, 1))', lock)
      if (rows[0]?.[0] !== 1) throw taken(name)
    } catch (error) {
      this.#held.delete(lock)
      throw error
    }
    return { [Symbol.asyncDispose]: () => this.#letGo(lock) }
  }

  /** Processes that registered and whose lock nobody holds. */
  async lostProcesses(): Promise<readonly LostProcess[]> {
    this.#checkOpen()
    if (performance.now() < this.#trustedFrom) return []
    const { rows } = await this.#run(LOST, this.#own.id)
    return rows.map(([id, pid]) => ({ id: String(id), pid: Number(pid) }))
  }

  async forget(id: string): Promise<void> {
    this.#checkOpen()
    await this.#write('DELETE FROM processes WHERE id = $1::text', [id])
  }

  async close(): Promise<void> {
    this.#end.abort()
    await this.#watching
    const connection = this.#connection
    if (connection === undefined || connection.isLost) return
    try {
      await this.#write('DELETE FROM processes WHERE id = $1::text', [this.#own.id])
    } finally {
      await connection.close()
    }
  }

  async #letGo(lock: string): Promise<void> {
    // With the session all its locks have gone.
    if (!this.#held.delete(lock) || this.#end.signal.aborted) return
    await this.#run('SELECT pg_advisory_unlock(hashtextextended($1::text, 1))', lock)
  }

  #checkOpen(): void {
    if (this.#end.signal.aborted) throw closed()
  }

  async #register(): Promise<void> {
    const { id, pid, host, command, startedAt } = this.#own
    const connection = await this.#connector.connect('keep', { signal: this.#end.signal })
    await connection.run({ text: 'SELECT pg_advisory_lock(hashtextextended($1::text, 0))', params: [id] })
    this.#connection = connection
    const { rows: after } = await connection.run({ text: IS_AFTER_RESTART })
    this.#trustedFrom = after[0]?.[0] === 1 ? performance.now() + this.#own.comeBackMs : 0
    await this.#write(PUT_OWN, [id, pid, host, command, startedAt])
    for (const name of this.#held) {
      const { rows } = await this.#run('SELECT pg_try_advisory_lock(hashtextextended($1::text, 1))', name)
      // Whoever took it meanwhile saw no holder; what is written outside of the store is fenced by its own means.
      if (rows[0]?.[0] !== 1) this.#held.delete(name)
    }
  }

  /* A lost session is noticed when it is used; a process that only waits would not use it for long. */
  async #watch(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        await delay(LOOK_MS, undefined, { signal, ref: false })
        if (this.#connection?.isLost !== false) await this.#register()
        else await this.#connection.run({ text: 'SELECT 1' })
      } catch {
        // The session is lost: the next look makes another.
      }
    }
  }

  async #run(text: string, param: string) {
    if (this.#connection === undefined || this.#connection.isLost) await this.#register()
    return (this.#connection as Connection).run({ text, params: [param] })
  }

  async #write(text: string, params: readonly (string | number)[]): Promise<void> {
    const connection = this.#connection as Connection
    const sent = [{ text: 'BEGIN READ WRITE' }, { text, params }, { text: 'COMMIT' }]
    const outcomes = await Promise.allSettled(sent.map((statement) => connection.run(statement)))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}

const PUT_OWN = `INSERT INTO processes (id, pid, host, command, started_at)
  VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::bigint) ON CONFLICT (id) DO NOTHING`

const LOST = `SELECT id, pid FROM processes WHERE id <> $1::text AND NOT EXISTS (
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((classid::bigint << 32) | objid::bigint) = hashtextextended(processes.id, 0))
  ORDER BY id`

/** Whether this session began soon after the server did. */
const IS_AFTER_RESTART = `SELECT backend_start - pg_postmaster_start_time() < interval '15 seconds'
  FROM pg_stat_activity WHERE pid = pg_backend_pid()`

function taken(name: string): MillraceError {
  return new MillraceError('Busy', `another process has the lock of ${name}`)
}
