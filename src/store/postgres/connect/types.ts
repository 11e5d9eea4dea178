/** What a connection to a Postgres server is to the rest of this folder: statements in, answers out, one session. */
import type { Clock } from '../../../model/index.ts'
import type { Meter } from '../../../observe/index.ts'
import type { Stored } from '../../codec.ts'
import type { Limits, Purpose } from './limits.ts'

/** A value of a statement. An array goes as a Postgres array of the type its placeholder is cast to. */
export type Param = Stored | bigint | readonly (Stored | bigint)[]

/** One statement to send. */
export interface Sent {
  /** Without `params` and `name` it may be several statements; the answer is then that of the last. */
  readonly text: string
  readonly params?: readonly Param[]
  /** Prepared once a connection under this name, which stands for this text only. At most 63 bytes. */
  readonly name?: string
  /** How long its answer may take where that is longer than `limits.answerMs`. */
  readonly answerMs?: number
}

/** What the server answered. Values are numbers, text, bytes and null; bool is 1 or 0, an unsafe int8 a bigint. */
export interface Answer {
  readonly rows: readonly (readonly Stored[])[]
  /** Names of what a row holds, in order. */
  readonly columns: readonly string[]
  /** Rows given or changed; 0 where that means nothing. */
  readonly count: number
}

/** What the server says of itself when a session begins. */
export interface ServerFacts {
  /** Major and minor as one number: 160004 is 16.4. */
  readonly version: number
  /** The schema new tables go to: the first of the search path that exists. */
  readonly schema: string
  /** Whether a commit is on the disk when it is acknowledged, and can not be torn by a power loss. */
  readonly fsync: boolean
  readonly fullPageWrites: boolean
  /** The server's process for this session. */
  readonly pid: number
}

/** One session. Lost once is lost for good. What is sent without waiting is pipelined, in order. */
export interface Connection {
  /** @throws MillraceError as `postgresError` makes it; StoreUnreachable once lost */
  run(sent: Sent): Promise<Answer>
  /** What is run by `send` goes out in one piece, when it returns. */
  together(send: () => void): void
  /** COPY ... FROM STDIN. Gives the rows taken. Only with purpose 'copy'. An error of the source fails the statement. */
  copyIn(text: string, source: AsyncIterable<Uint8Array>): Promise<number>
  /** COPY ... TO STDOUT. Only with purpose 'copy'. */
  copyOut(text: string): AsyncIterable<Uint8Array>
  readonly isLost: boolean
  /** Whether it has lived as long as it should: its owner replaces it between two uses. */
  readonly isStale: boolean
  readonly server: ServerFacts
  /** Asks the server to end the running statement. Never throws; whether it ended is told by the statement. */
  cancel(): Promise<void>
  /** Orderly: what was sent is answered first, within `limits.closeMs`. */
  close(): Promise<void>
  /** At once; what was sent is refused with StoreUnreachable. */
  drop(): void
}

/** What opens connections to one database. */
export interface Connector {
  /**
   * A new session, checked. Tries again while the server starts or is full, for `limits.reconnectMs`.
   * @throws MillraceError StoreUnreachable, NoPermission, BadConfig, EngineTooOld, Closed, Aborted by the signal
   */
  connect(purpose: Purpose, options?: { readonly signal?: AbortSignal }): Promise<Connection>
  /** Ends attempts and closes what is still open. */
  close(): Promise<void>
  /** The URL without password and options. */
  readonly name: string
  /** The limits in force. */
  readonly limits: Limits
}

/** How to reach a database. */
export interface ConnectOptions {
  /** postgres://[user[:password]@][host][:port]/database[?word=value&...]; docs/postgres.md lists the words. */
  readonly url: string
  /** Asked when the server wants a password, in place of the URL's; for passwords that change. */
  readonly password?: () => Promise<string>
  readonly limits?: Partial<Limits>
  readonly clock?: Clock
  readonly meter?: Meter
  /** Shown by the server beside what this process does; default: none. */
  readonly processId?: string
}
