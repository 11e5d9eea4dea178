/** At most so many at once; who comes later waits in line, and only so long. */
import type { MillraceError } from '../../../model/index.ts'

interface Waiting {
  readonly go: () => void
  readonly refuse: (why: MillraceError) => void
}

/** A number of turns that are taken and given back. */
export class Turns {
  #free: number
  #waiting: Waiting[] = []
  #ended: MillraceError | undefined
  readonly #idle = Promise.withResolvers<void>()
  readonly #total: number

  constructor(total: number) {
    this.#total = total
    this.#free = total
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get areAllTaken(): boolean {
    return this.#free === 0
  }

  /** Resolves with a turn, which its taker gives back. @throws what `late` makes, after `withinMs`; why it was ended */
  async take(withinMs: number, late: () => MillraceError): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const mine: Waiting = { go: resolve, refuse: reject }
    this.#waiting.push(mine)
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((one) => one !== mine)
      reject(late())
    }, withinMs)
    try {
      await promise
    } finally {
      clearTimeout(timer)
    }
  }

  /** The turn goes to who has waited longest. */
  giveBack(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) return next.go()
    this.#free += 1
    if (this.#ended !== undefined && this.#free === this.#total) this.#idle.resolve()
  }

  /** Refuses who waits and who comes. Resolves when all turns are given back. */
  async end(why: MillraceError): Promise<void> {
    this.#ended ??= why
    for (const { refuse } of this.#waiting.splice(0)) refuse(why)
    if (this.#free === this.#total) this.#idle.resolve()
    await this.#idle.promise
  }
}
