/**
 * The one connection of this process that writes. When it is lost another is opened, and what the lost one left is ended
 * on the server first: a transaction that nobody will commit must not keep the position row from others.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isMillraceError, MillraceError } from '../../../model/index.ts'
import { endLeft, type Connection, type Connector } from '../connect/index.ts'
import { isLeft, type Mark } from './mark.ts'

/** Between two questions what became of a batch. */
const AGAIN_MS = 20

/** Opens the write connection when it is needed, and says what became of a batch. */
export class WriteSession {
  readonly process: string
  readonly #connector: Connector
  #connection: Connection | undefined
  /** The server's process of the session before. */
  #left: number | undefined

  constructor(connector: Connector, processId: string) {
    this.#connector = connector
    this.process = processId
  }

  /**
   * The connection, opened anew when there is none or it is past its time. The signal ends the wait for it.
   * @throws MillraceError StoreUnreachable, and what `connect` throws
   */
  async connection(signal: AbortSignal): Promise<Connection> {
    const current = this.#connection
    if (current !== undefined && !current.isLost && !current.isStale) return current
    if (current !== undefined) this.#giveUp(current)
    if (current !== undefined && !current.isLost) await current.close()
    const opened = await this.#open(signal)
    try {
      await endLeft(opened, this.#left)
    } catch (error) {
      opened.drop()
      throw error
    }
    this.#connection = opened
    return opened
  }

  /**
   * Whether a batch whose COMMIT was sent on a connection that is lost was committed. Asked until somebody says so.
   * @throws MillraceError StoreUnreachable when nobody did before the signal
   */
  async wasCommitted(mark: Mark, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      let connection: Connection | undefined
      const late = () => connection?.drop()
      signal.addEventListener('abort', late)
      try {
        connection = await this.connection(signal)
        return await isLeft(connection, mark)
      } catch (error) {
        this.drop()
        if (signal.aborted || !isMillraceError(error, 'StoreUnreachable', 'Busy')) throw error
        await delay(AGAIN_MS)
      } finally {
        signal.removeEventListener('abort', late)
      }
    }
  }

  /** Ends a connection that can not be trusted any more. */
  drop(): void {
    if (this.#connection === undefined) return
    this.#connection.drop()
    this.#giveUp(this.#connection)
  }

  async close(): Promise<void> {
    await this.#connection?.close()
    this.#connection = undefined
  }

  #giveUp(connection: Connection): void {
    this.#left = connection.server.pid
    this.#connection = undefined
  }

  async #open(signal: AbortSignal): Promise<Connection> {
    try {
      return await this.#connector.connect('write', { signal })
    } catch (error) {
      if (!isMillraceError(error, 'Aborted')) throw error
      if (isMillraceError(error.cause, 'StoreUnreachable')) throw error.cause
      const message = `${this.#connector.name} gave no session in the time that a batch waits for one`
      throw new MillraceError('StoreUnreachable', message, { cause: error })
    }
  }
}
