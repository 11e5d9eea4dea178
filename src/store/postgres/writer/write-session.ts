/**
 * The one connection of this process that writes. When it is lost another is opened, and what the lost one left is ended
 * on the server first: a transaction that nobody will commit must not keep the position row from others.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError } from '../../../model/index.ts'
import type { Connection, Connector } from '../connect/index.ts'

/** What became of a transaction. */
export type Fate = 'committed' | 'aborted'

/** Opens the write connection when it is needed, and says what became of transactions. */
export class WriteSession {
  readonly #connector: Connector
  readonly #processId: string
  #connection: Connection | undefined

  constructor(connector: Connector, processId: string) {
    this.#connector = connector
    this.#processId = processId
  }

  /** The connection, opened anew when there is none or it is past its time. @throws MillraceError StoreUnreachable */
  async connection(signal?: AbortSignal): Promise<Connection> {
    const current = this.#connection
    if (current !== undefined && !current.isLost && !current.isStale) return current
    this.#connection = undefined
    if (current !== undefined && !current.isLost) await current.close()
    const opened = await this.#connector.connect('write', signal === undefined ? {} : { signal })
    this.#connection = opened
    await opened.run({ text: END_OTHERS, params: [`millrace ${this.#processId}`] })
    return opened
  }

  /** Whether a transaction of a lost connection was committed. @throws MillraceError StoreUnreachable, Aborted */
  async fateOf(xid: string, signal: AbortSignal): Promise<Fate> {
    for (;;) {
      const connection = await this.connection(signal)
      const { rows } = await connection.run({ text: 'SELECT pg_xact_status($1::xid8)', params: [xid] })
      const status = rows[0]?.[0]
      if (status === 'committed' || status === 'aborted') return status
      if (status === null) throw new MillraceError('StoreUnreachable', TOO_OLD)
      await connection.run({ text: END_OTHERS, params: [`millrace ${this.#processId}`] })
      await delay(IN_PROGRESS_MS, undefined, { signal })
    }
  }

  /** Ends a connection that can not be trusted any more. */
  drop(): void {
    this.#connection?.drop()
    this.#connection = undefined
  }

  async close(): Promise<void> {
    await this.#connection?.close()
    this.#connection = undefined
  }
}

/** Between two looks at a transaction that is still being ended. */
const IN_PROGRESS_MS = 20

const TOO_OLD = 'the server no longer knows what became of the transaction'

/*
 * Sessions of this process that write and are not this one: what a lost connection left. Their name is unique to this
 * process, so no other is ended.
 */
const END_OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = $1::text || ' write' AND pid <> pg_backend_pid()`
