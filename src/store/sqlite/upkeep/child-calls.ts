/** Calls to the process that handles files. It dies with whoever started it, and is killed when it is not needed. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { MillraceError } from '../../../model/index.ts'
import { type ErrorMessage, fromErrorMessage, moduleBeside } from '../../../threads/index.ts'
import type { ChildWork } from './child-work.ts'

type Answer = { readonly value: unknown } | { readonly error: ErrorMessage }

/** One such process; calls are made one after the other. */
export class ChildCalls implements Disposable {
  readonly #child: ChildProcess
  readonly #signal: AbortSignal | undefined
  readonly #ended: Promise<unknown>

  /** `path` is the database it will work for: SQLite's temporary files are put beside it, where there is room. */
  constructor(path: string, signal?: AbortSignal) {
    this.#signal = signal
    this.#child = fork(moduleBeside(import.meta.url, 'upkeep-child'), [], {
      serialization: 'advanced',
      env: { ...process.env, SQLITE_TMPDIR: dirname(path) },
    })
    this.#ended = once(this.#child, 'exit').catch((error: unknown) => error)
  }

  /** Asks. @throws what the process threw; Aborted by the signal; Fault when the process died */
  async call<Op extends keyof ChildWork>(
    op: Op,
    payload: Parameters<ChildWork[Op]>[0],
  ): Promise<ReturnType<ChildWork[Op]>> {
    // Once the new name is being given it is too late to stop.
    const stop = op === 'place' ? undefined : this.#signal
    if (isAborted(stop)) throw stopped(stop)
    const over = new AbortController()
    const signal = stop === undefined ? over.signal : AbortSignal.any([over.signal, stop])
    void this.#ended.then(() => over.abort())
    try {
      const answered = once(this.#child, 'message', { signal })
      // One that is gone already can not be asked; its end says so.
      this.#child.send({ op, payload }, () => undefined)
      const [answer] = (await answered) as [Answer]
      if ('error' in answer) throw fromErrorMessage(answer.error)
      return answer.value as ReturnType<ChildWork[Op]>
    } catch (error) {
      if (isAborted(stop)) throw stopped(stop)
      if (over.signal.aborted) throw this.#died(op, error)
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }

  #died(op: string, cause: unknown): MillraceError {
    const { exitCode, signalCode } = this.#child
    const how = signalCode ?? `exit code ${exitCode}`
    return new MillraceError('Fault', `the process that was to ${op} ended by ${how}`, {
      cause,
      applied: 'no',
    })
  }
}

/** Whether somebody stopped it. */
export function isAborted(signal: AbortSignal | undefined): signal is AbortSignal {
  return signal?.aborted === true
}

/** What is then said. */
export function stopped(signal: AbortSignal): MillraceError {
  const message = 'stopped before the end; nothing was changed, run it again'
  return new MillraceError('Aborted', message, { cause: signal.reason })
}
