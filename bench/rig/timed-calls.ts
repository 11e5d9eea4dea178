/** Callers that each wait for one write before the next, the same for every side of the commit benchmark on Postgres. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What each side is told. */
export const postgresArgs = {
  bytes: { type: 'string', default: '200' },
  units: { type: 'string', default: '20000' },
  callers: { type: 'string', default: '512' },
  db: { type: 'string', default: 'postgres://127.0.0.1/bench' },
} as const

interface Settings {
  readonly units: string
  readonly callers: string
}

/** Writes a tenth of the units first, so that statements are prepared and code is compiled; then all of them, timed. */
export async function timedCalls({ units, callers }: Settings, write: () => Promise<unknown>) {
  await calls(Math.ceil(Number(units) / 10), Number(callers), write)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpuAtStart = process.cpuUsage()
  const startedAt = performance.now()
  await calls(Number(units), Number(callers), write)
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(cpuAtStart)
  delay.disable()
  return {
    unitsPerSecond: Number(units) / seconds,
    cpuMicroseconds: (user + system) / Number(units),
    eventLoopP99Ms: delay.percentile(99) / 1e6,
  }
}

async function calls(units: number, callers: number, write: () => Promise<unknown>): Promise<void> {
  let begun = 0
  const call = async () => {
    while (begun < units) {
      begun++
      await write()
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
}
