/**
 * Millrace's side of the commit benchmark: many callers, each awaiting the power-safe receipt of a real unit before it
 * hands over the next. Then once more for a while, with another process on the write lock for 1.5 s.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { openUnitWriter } from './unit.ts'

const LOCKED_MS = 1_500

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '1000' },
    units: { type: 'string', default: '100000' },
    callers: { type: 'string', default: '512' },
    db: { type: 'string', default: 'millrace-commit.db' },
  },
})
const units = Number(values.units)
await using writer = await openUnitWriter(values.db, { bytes: Number(values.bytes) })

let handedOver = 0
const startedAt = performance.now()
const eventLoopP99Ms = await loopP99During(() => callUntil(() => handedOver >= units))
const unitsPerSecond = units / ((performance.now() - startedAt) / 1_000)
const lockedLoopP99Ms = await loopP99During(writeWhileLocked)
const sqlite = process.versions['sqlite']
process.stdout.write(`${JSON.stringify({ unitsPerSecond, eventLoopP99Ms, lockedLoopP99Ms, sqlite })}\n`)

async function callUntil(isDone: () => boolean): Promise<void> {
  await Promise.all(Array.from({ length: Number(values.callers) }, () => call(isDone)))
}

async function call(isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    handedOver++
    await writer.write()
  }
}

/** The 99th percentile of how late the event loop was meanwhile. */
async function loopP99During(work: () => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await work()
  delay.disable()
  return delay.percentile(99) / 1e6
}

async function writeWhileLocked(): Promise<void> {
  const script = fileURLToPath(new URL('../peers/hold-lock.mjs', import.meta.url))
  const other = spawn(process.execPath, [script, values.db, String(LOCKED_MS)])
  await once(other.stdout, 'data')
  await callUntil(() => other.exitCode !== null)
}
