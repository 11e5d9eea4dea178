/**
 * Calls to a worker thread: each call is one message with a number, and one answer settles it. When the thread dies
 * all open calls are rejected, so nobody waits for an answer that can not come.
 */
import { Worker, type ResourceLimits, type Transferable } from 'node:worker_threads'
import { MillraceError, type Applied, type ErrorCode } from '../model/index.ts'

/** An error as it crosses a thread: structured clone keeps neither class nor own fields of an Error. */
export interface ErrorMessage {
  readonly code: ErrorCode
  readonly message: string
  readonly applied: Applied
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

/** What a thread sends back for one call. */
export type Answer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: ErrorMessage }

/** What a thread says unasked. */
export interface Notice {
  readonly notice: unknown
}

/** How a thread is started. */
export interface ThreadOptions {
  /** What the thread finds as its `workerData`. */
  readonly workerData?: unknown
  /** Hears what the thread says unasked. */
  readonly onNotice?: (notice: unknown) => void
  /** Bounds of its memory; a thread that passes them dies. Default: those of the process. */
  readonly resourceLimits?: ResourceLimits
}

interface OpenCall {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** One worker thread, asked by `call`. */
export class ThreadCalls {
  readonly #worker: Worker
  readonly #open = new Map<number, OpenCall>()
  #lastId = 0
  #death: MillraceError | undefined

  /** Starts a thread that runs `module`. */
  constructor(module: URL, { onNotice, ...options }: ThreadOptions = {}) {
    this.#worker = new Worker(module, options)
    this.#worker.on('message', (message: Answer | Notice) => {
      if ('notice' in message) onNotice?.(message.notice)
      else this.#settle(message)
    })
    this.#worker.on('error', (error) => this.#die(unexpectedEnd(error)))
    this.#worker.on('exit', () => this.#die(unexpectedEnd(undefined)))
  }

  /** How many calls wait for their answer. */
  get openCount(): number {
    return this.#open.size
  }

  /** Whether it has ended, so that every call is rejected. */
  get isDead(): boolean {
    return this.#death !== undefined
  }

  /**
   * Asks the thread. What is in `transfer` is handed over rather than copied, and gone here afterwards.
   * @throws what the thread threw, or Fault with applied 'unknown' when the thread died
   */
  call(op: string, payload?: unknown, transfer: readonly Transferable[] = []): Promise<unknown> {
    if (this.#death !== undefined) return Promise.reject(this.#death)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject })
      this.#worker.postMessage({ id, op, payload }, transfer)
    })
  }

  /** Ends the thread. Its open calls and all later ones are rejected with `reason`, at once. */
  async stop(reason: MillraceError = stopped()): Promise<void> {
    this.#die(reason)
    await this.#worker.terminate()
  }

  #settle(answer: Answer): void {
    const call = this.#open.get(answer.id)
    this.#open.delete(answer.id)
    if ('error' in answer) call?.reject(fromErrorMessage(answer.error))
    else call?.resolve(answer.value)
  }

  #die(death: MillraceError): void {
    this.#death ??= death
    for (const call of this.#open.values()) call.reject(this.#death)
    this.#open.clear()
  }
}

function stopped(): MillraceError {
  return new MillraceError('Closed', 'the thread was stopped')
}

function unexpectedEnd(cause: unknown): MillraceError {
  return new MillraceError('Fault', 'a thread ended unexpectedly', { cause })
}

/** The error to send. */
export function toErrorMessage(error: MillraceError): ErrorMessage {
  return { code: error.code, message: error.message, applied: error.applied, facts: error.facts }
}

/** The error that was sent. */
export function fromErrorMessage(message: ErrorMessage): MillraceError {
  return new MillraceError(message.code, message.message, { applied: message.applied, facts: message.facts })
}
