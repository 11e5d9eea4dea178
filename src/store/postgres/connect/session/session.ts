/** One client of the driver as a `Connection`: typed answers, errors of the family, and an end to every wait. */
import type { Socket } from 'node:net'
import type pg from 'pg'
import { MillraceError } from '../../../../model/index.ts'
import type { Stored } from '../../../codec.ts'
import { answerMs } from '../limits.ts'
import { endsSession, postgresError, sqlState } from '../postgres-error.ts'
import type { Answer, Connection, Sent, ServerFacts } from '../types.ts'
import { requestCancel } from './cancel.ts'
import { copyInto, copyOutOf } from './copy.ts'
import type { Opening } from './opening.ts'
import { sendable } from './values.ts'

/** How much of its life a connection may lose at random. */
const JITTER = 0.1

/** See `Connection`. */
export class Session implements Connection {
  readonly pid: number
  server!: ServerFacts
  readonly #client: pg.Client
  readonly #secret: number
  readonly #socket: Socket
  readonly #opening: Opening
  readonly #answerMs: number
  readonly #staleAt: number
  /** How long each answer that is due may take, in order. */
  readonly #due: number[] = []
  #watch: NodeJS.Timeout | undefined
  #lostBy: { readonly cause: unknown } | undefined
  /** What runs before the next statement where the driver takes one at a time. */
  #before: Promise<unknown> = Promise.resolve()
  readonly #ended = Promise.withResolvers<void>()

  constructor(client: pg.Client, socket: Socket, opening: Opening) {
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    this.pid = processID
    this.#secret = secretKey
    this.#client = client
    this.#socket = socket
    this.#opening = opening
    this.#answerMs = answerMs(opening.limits, opening.purpose)
    const lifeMs = opening.limits.maxLifetimeMs * (1 - JITTER * Math.random())
    this.#staleAt = opening.clock.now() + lifeMs
    client.on('error', (error) => this.#lose(error))
    client.on('end', () => {
      this.#lose(new Error('it ended'))
      this.#ended.resolve()
    })
  }

  get isLost(): boolean {
    return this.#lostBy !== undefined
  }

  get isStale(): boolean {
    return this.#opening.clock.now() >= this.#staleAt
  }

  run(sent: Sent): Promise<Answer> {
    return this.#isPipelined ? this.#send(sent) : this.#afterOthers(() => this.#send(sent))
  }

  together(send: () => void): void {
    // With TLS it is another one than the socket that was opened.
    const { stream } = (this.#client as unknown as { connection: { stream: Socket } }).connection
    stream.cork()
    try {
      send()
    } finally {
      stream.uncork()
    }
  }

  copyIn(text: string, source: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#afterOthers(() => this.#guarded(() => copyInto(this.#client, text, source)))
  }

  async *copyOut(text: string): AsyncIterable<Uint8Array> {
    const over = Promise.withResolvers<void>()
    const started = this.#afterOthers(async () => {
      const chunks = copyOutOf(this.#client, text)[Symbol.asyncIterator]()
      return { first: await this.#guarded(() => chunks.next()), chunks }
    })
    this.#before = over.promise
    let isRead = false
    try {
      const { first, chunks } = await started
      for (let next = first; next.done !== true; next = await this.#guarded(() => chunks.next()))
        yield next.value
      isRead = true
    } finally {
      if (!isRead) this.#lose(new Error('a COPY was not read to its end'))
      over.resolve()
    }
  }

  async cancel(): Promise<void> {
    if (this.isLost) return
    const { address, tls, limits } = this.#opening
    await requestCancel({ address, tls, pid: this.pid, secret: this.#secret, withinMs: limits.cancelMs })
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => this.drop(), this.#opening.limits.closeMs)
    if (!this.isLost) await Promise.race([this.#client.end(), this.#ended.promise])
    clearTimeout(timer)
    this.drop()
  }

  drop(): void {
    this.#lose(new Error('it was given up'))
  }

  get #isPipelined(): boolean {
    return this.#opening.purpose !== 'copy' && this.#opening.purpose !== 'sql'
  }

  #send({ text, params, name, answerMs }: Sent): Promise<Answer> {
    if (this.#lostBy !== undefined) return Promise.reject(this.#lostError())
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const values = params?.map(sendable)
    const query = { text, rowMode: 'array' as const, ...(values && { values }), ...(name && { name }) }
    this.#expect(Math.max(answerMs ?? 0, this.#answerMs))
    this.#client.query(query, (error: unknown, result: Results) => {
      this.#settle()
      if (error) reject(this.#errorOf(error))
      else resolve(answerOf(result))
    })
    return promise
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lostBy !== undefined) throw this.#lostError()
    this.#expect(this.#answerMs)
    try {
      return await work()
    } catch (error) {
      throw this.#errorOf(error)
    } finally {
      this.#settle()
    }
  }

  #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#before.then(work, work)
    this.#before = mine.catch(() => undefined)
    return mine
  }

  #expect(withinMs: number): void {
    if (this.#due.push(withinMs) === 1) this.#watchFirst()
  }

  #settle(): void {
    this.#due.shift()
    this.#watchFirst()
  }

  #watchFirst(): void {
    clearTimeout(this.#watch)
    const [withinMs = 0] = this.#due
    if (withinMs === 0 || this.isLost) return
    this.#watch = setTimeout(() => this.#lose(new Error(`it gave no answer for ${withinMs} ms`)), withinMs)
  }

  #lose(cause: unknown): void {
    if (this.#lostBy !== undefined) return
    this.#lostBy = { cause }
    clearTimeout(this.#watch)
    this.#socket.destroy()
  }

  #errorOf(error: unknown): MillraceError {
    if (endsSession(error)) this.#lose(error)
    if (this.#lostBy !== undefined && sqlState(error) === undefined) return this.#lostError()
    return postgresError(error)
  }

  #lostError(): MillraceError {
    const { cause } = this.#lostBy ?? { cause: undefined }
    const why = cause instanceof Error ? cause.message : 'it ended'
    const message = `the connection to ${this.#opening.name} was lost: ${why}; it is made anew with the next use`
    return new MillraceError('StoreUnreachable', message, { cause })
  }
}

type Result = pg.QueryArrayResult<Stored[]>
type Results = Result | readonly Result[]

function answerOf(results: Results): Answer {
  const last = Array.isArray(results) ? (results as readonly Result[]).at(-1) : (results as Result)
  const columns = last?.fields.map(({ name }) => name) ?? []
  return { columns, rows: last?.rows ?? [], count: last?.rowCount ?? 0 }
}
