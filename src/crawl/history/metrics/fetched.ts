/** What one try fetched, gathered while it works; it is written by the unit that settles the try, and else forgotten. */
import { isMillraceError, type Clock } from '../../../model/index.ts'
import type { FetchAnswer, Fetcher, FetchHead, FetchRequest } from '../../fetch/index.ts'

/** One answer, whatever its status; bytes are of the body as received and decoded. */
interface Answered {
  readonly ms: number
  readonly wireBytes: number
  readonly bytes: number
}

/** Gathers. */
export class Fetched {
  readonly answers: Answered[] = []
  /** The class of each answer that was no good: its status from 400 on, or why its body was refused. */
  readonly failures: string[] = []

  /** The fetcher, with every answer it gives noted here. */
  metering(fetcher: Fetcher, clock: Clock): Fetcher {
    return {
      fetch: (request, signal) => this.#fetch({ fetcher, clock, request }, signal),
      close: () => fetcher.close(),
      [Symbol.asyncDispose]: () => fetcher[Symbol.asyncDispose](),
    }
  }

  async #fetch(
    {
      fetcher,
      clock,
      request,
    }: { readonly fetcher: Fetcher; readonly clock: Clock; readonly request: FetchRequest },
    signal: AbortSignal | undefined,
  ): Promise<FetchAnswer> {
    const startedAt = clock.now()
    let head: FetchHead | undefined
    const wantsBody = (seen: FetchHead) => {
      head = seen
      return request.wantsBody?.(seen) ?? true
    }
    try {
      const answer = await fetcher.fetch({ ...request, wantsBody }, signal)
      this.#note(answer, {
        ms: answer.durationMs,
        bytes: answer.body?.byteLength ?? 0,
        wireBytes: answer.wireBytes,
      })
      return answer
    } catch (error) {
      // The host has answered; what is wrong is its body.
      if (head !== undefined && isMillraceError(error, 'BodyTooLarge', 'BadEncoding')) {
        this.#note(head, { ms: clock.now() - startedAt, bytes: 0, wireBytes: 0 })
        this.failures.push(error.code)
      }
      throw error
    }
  }

  #note({ status }: FetchHead, answered: Answered): void {
    this.answers.push(answered)
    if (status >= 400) this.failures.push(String(status))
  }
}
