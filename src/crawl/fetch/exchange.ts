/**
 * One request on its way: an undici dispatch handler that gathers the answer and settles one promise exactly once.
 * A class, because undici calls its methods for every piece of every page and prototype methods cost no closures;
 * and `dispatch`, because only its controller shows the raw header list.
 *
 *   waiting --onRequestStart--> sent --onResponseStart--> body --onResponseEnd--> settled (answer)
 *      |                          |                        |
 *      +------- abort, total time, error, body unwanted or too large -----------> settled (answer or error)
 */
import type { Dispatcher } from 'undici'
import { MillraceError } from '../../model/index.ts'
import type { FetchHead, FetchRequest, HeaderList } from './answer.ts'
import { header } from './answer.ts'
import { fetchFailure } from './failure.ts'
import { Gatherer } from './body/index.ts'
import type { FetchLimits } from './limits.ts'

/** A socket in use; which address it reached is known once it is connected. */
export interface Connection {
  remoteAddress: string
}

/** An answer whose body is not yet decoded; null when it was not wanted. */
export interface WireAnswer {
  readonly head: FetchHead
  readonly wire: Buffer | null
}

/** A request, with what is to happen to the headers of its answer before anybody sees them. */
export interface WireRequest extends FetchRequest {
  readonly readHeaders?: (headers: HeaderList) => HeaderList
}

/** See the file's head. Start it once, then dispatch it once. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Set by the client that takes the request, see agent.ts. */
  connection: Connection | undefined
  readonly #request: WireRequest
  readonly #limits: FetchLimits
  readonly #signal: AbortSignal | undefined
  readonly #settling = Promise.withResolvers<WireAnswer>()
  readonly #body = new Gatherer()
  #controller: Dispatcher.DispatchController | undefined
  #timer: NodeJS.Timeout | undefined
  #head: FetchHead | undefined
  #isSettled = false

  constructor(request: WireRequest, limits: FetchLimits, signal: AbortSignal | undefined) {
    this.#request = request
    this.#limits = limits
    this.#signal = signal
  }

  /** True from the first answer, error or signal on; such an exchange need not be dispatched. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Starts the clock and listens to the signal. Rejects with a MillraceError of a fetch code. */
  async start(): Promise<WireAnswer> {
    this.#timer = setTimeout(onTotalTime, this.#limits.totalMs, this)
    this.#signal?.addEventListener('abort', this)
    if (this.#signal?.aborted === true) this.handleEvent()
    return this.#settling.promise
  }

  /** The abort signal's listener: an object with this method needs no closure. */
  handleEvent(): void {
    const message = `expected an answer from ${this.#request.url}, got the signal to stop; run it again to resume`
    this.giveUp(new MillraceError('Aborted', message, { cause: this.#signal?.reason }))
  }

  /** Settles with the error, and closes the connection when the request is on one. */
  giveUp(error: MillraceError): void {
    if (!this.#settle()) return
    this.#settling.reject(error)
    this.#controller?.abort(error)
  }

  /** The total time is over. */
  onTotalTime(): void {
    const { url } = this.#request
    const { totalMs } = this.#limits
    const message = `expected the whole answer of ${url} within ${totalMs} ms, got ${this.#body.length} body bytes`
    const facts = { url, limit: totalMs }
    this.giveUp(new MillraceError('FetchTimeout', `${message}; try again or raise the limit`, { facts }))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection: throwing drops the request and leaves that connection to others.
    if (this.#isSettled)
      throw new MillraceError('Aborted', `${this.#request.url} was given up before it was sent`)
    this.#controller = controller
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // 103 Early Hints and its like come before the answer.
    if (status < 200) return
    const { url } = this.#request
    const raw = headerList(controller.rawHeaders)
    const headers = this.#request.readHeaders?.(raw) ?? raw
    this.#head = { url, status, headers, remoteAddress: this.connection?.remoteAddress ?? '' }
    if (this.#request.wantsBody?.(this.#head) === false) this.#answerWithoutBody(this.#head, controller)
    else this.#refuseAbove(Number(header(headers, 'content-length') ?? 0))
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#isSettled) return
    if (this.#refuseAbove(this.#body.length + piece.length)) return
    this.#body.add(piece)
  }

  onResponseEnd(): void {
    if (this.#head === undefined || !this.#settle()) return
    this.#settling.resolve({ head: this.#head, wire: this.#body.bytes() })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settle()) this.#settling.reject(fetchFailure(error, this.#request.url))
  }

  /** An empty body is let through to its end, because cutting it off would cost the connection for nothing. */
  #answerWithoutBody(head: FetchHead, controller: Dispatcher.DispatchController): void {
    if (!this.#settle()) return
    this.#settling.resolve({ head, wire: null })
    const isEmpty =
      head.status === 204 || head.status === 304 || header(head.headers, 'content-length') === '0'
    if (!isEmpty) controller.abort(new MillraceError('Aborted', `the body of ${head.url} is not wanted`))
  }

  #refuseAbove(bytes: number): boolean {
    const { bodyBytesMax } = this.#limits
    if (!(bytes > bodyBytesMax)) return false
    const { url } = this.#request
    const message = `expected a body of at most ${bodyBytesMax} bytes from ${url}, got at least ${bytes} bytes`
    const facts = { url, limit: bodyBytesMax }
    this.giveUp(new MillraceError('BodyTooLarge', `${message}; leave it out or raise the limit`, { facts }))
    return true
  }

  #settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this)
    return true
  }
}

function onTotalTime(exchange: Exchange): void {
  exchange.onTotalTime()
}

/** undici gives names and values in turn, as slices of what was read. */
function headerList(raw: Dispatcher.DispatchController['rawHeaders']): [string, string][] {
  const list: [string, string][] = []
  if (!Array.isArray(raw)) return list
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([headerText(raw[i]), headerText(raw[i + 1])])
  return list
}

const TAB = 0x09
const SPACE = 0x20

/** latin1 keeps every byte. The parser leaves white space at the end, which is not part of a value (RFC 9110, 5.5). */
function headerText(raw: Buffer | string | undefined): string {
  if (raw === undefined || typeof raw === 'string') return raw ?? ''
  let end = raw.length
  while (end > 0 && (raw[end - 1] === SPACE || raw[end - 1] === TAB)) end--
  return raw.toString('latin1', 0, end)
}
