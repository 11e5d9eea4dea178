/** Once a second: ends the window of figures, tells the others, and lets the watchdog look. */
import type { Clock } from '../../../model/index.ts'
import { watchLoopDelay, type Figures, type Meter } from '../../../observe/index.ts'
import { publishFigures, type PublishedFigures } from './published.ts'
import type { Notice, Watchdog } from './watchdog.ts'

/** What a store is watched with. */
export interface StoreWatchOptions {
  readonly path: string
  readonly process: { readonly id: string; readonly pid: number; readonly command: string }
  readonly clock: Clock
  readonly meter: Meter
  readonly watchdog: Watchdog
  readonly onNotice: (notice: Notice) => void
}

const LOOK_MS = 1_000
const NOTICES_KEPT = 5

/** Watches from its making until it is stopped. It never keeps the process alive. */
export class StoreWatch {
  readonly #options: StoreWatchOptions
  readonly #loopDelay = watchLoopDelay()
  readonly #timer: NodeJS.Timeout
  #notices: PublishedFigures['notices'] = []
  #publishing: Promise<void> = Promise.resolve()
  #lastTold = ''
  #isPublishing = false

  constructor(options: StoreWatchOptions) {
    this.#options = options
    options.meter.spread('loop.delay_ms', () => this.#loopDelay.take())
    this.#timer = setInterval(() => this.look(), LOOK_MS)
    this.#timer.unref()
  }

  /** Looks now. */
  look(): void {
    const { meter, watchdog, clock, onNotice } = this.#options
    meter.turn()
    const at = clock.now()
    for (const notice of watchdog.look(at)) {
      meter.count(`notices.${notice.kind}`)
      this.#notices = [...this.#notices, { ...notice, at }].slice(-NOTICES_KEPT)
      onNotice(notice)
    }
    this.#publish(at, meter.read())
  }

  /** Resolves when nothing is written any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#loopDelay[Symbol.dispose]()
    await this.#publishing
  }

  /** An idle process writes nothing: the event loop's delay alone is no news. */
  #publish(at: number, figures: Figures): void {
    const { path, process } = this.#options
    const news = JSON.stringify([figures.counts, this.#notices])
    if (this.#isPublishing || news === this.#lastTold) return
    this.#lastTold = news
    this.#isPublishing = true
    const { id, pid, command } = process
    const told = { process: id, pid, command, at, figures, notices: this.#notices }
    this.#publishing = publishFigures(path, told).finally(() => {
      this.#isPublishing = false
    })
  }
}
