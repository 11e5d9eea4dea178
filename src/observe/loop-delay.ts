/** How late the event loop is: the one figure that says whether anything blocked it. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { NO_SPREAD, type Spread } from './spread.ts'

/** Milliseconds between looks; node counts them in, so they are taken off again. */
const RESOLUTION_MS = 20
const NS_A_MS = 1e6

/** Watches the event loop until disposed of. */
export interface LoopDelay extends Disposable {
  /** Milliseconds the loop was late since it was last taken. */
  take(): Spread
}

/** Starts to watch the event loop of this thread. */
export function watchLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const late = (ns: number) => Math.max(0, ns / NS_A_MS - RESOLUTION_MS)
  return {
    take() {
      const { count } = histogram
      if (count === 0) return NO_SPREAD
      const spread = {
        count,
        sum: late(histogram.mean) * count,
        p50: late(histogram.percentile(50)),
        p99: late(histogram.percentile(99)),
        max: late(histogram.max),
      }
      histogram.reset()
      return spread
    },
    [Symbol.dispose]: () => void histogram.disable(),
  }
}
