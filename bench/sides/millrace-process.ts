/** One of Millrace's processes in the processes benchmark: --callers callers write units for --seconds, once told to go. */
import { parseArgs } from 'node:util'
import { once } from 'node:events'
import { openUnitWriter } from './unit.ts'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '200' },
    callers: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '5' },
    db: { type: 'string', default: 'millrace-processes.db' },
  },
})
await using writer = await openUnitWriter(values.db, { bytes: Number(values.bytes) })
process.stdout.write('ready\n')
await once(process.stdin, 'data')

const state = { written: 0, longestMs: 0, busy: 0 }
const until = performance.now() + Number(values.seconds) * 1_000
await Promise.all(Array.from({ length: Number(values.callers) }, call))
process.stdout.write(`${JSON.stringify(state)}\n`)
process.stdin.destroy()

async function call(): Promise<void> {
  for (let now = performance.now(); now < until;) {
    await writer.write()
    const ended = performance.now()
    state.written++
    state.longestMs = Math.max(state.longestMs, ended - now)
    now = ended
  }
}
