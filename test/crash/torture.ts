/**
 * `npm run torture -- [--minutes 10] [--log-minutes 10] [--seed N] [--only NAME]`: every part of the list in turn, with
 * fresh seeds. The first thing that is wrong ends it with exit code 1; the files are kept.
 */
import { parseArgs } from 'node:util'
import { powerPart, sweepPart } from '../faults/index.ts'
import {
  postgresFaultsPart,
  postgresWorkersPart,
  postgresWritersPart,
  workersPart,
  writersPart,
} from '../processes/index.ts'
import { logPart } from '../wal/index.ts'
import { crashPart, postgresCrashPart } from './crash-part.ts'
import { migratePart } from './migrate-part.ts'
import { recrawlPart } from './recrawl-part.ts'

const PARTS = [
  writersPart,
  workersPart,
  postgresWritersPart,
  postgresWorkersPart,
  logPart,
  crashPart,
  postgresCrashPart,
  postgresFaultsPart,
  recrawlPart,
  migratePart,
  powerPart,
  sweepPart,
]

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    'log-minutes': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
  },
})
const chosen = PARTS.filter(({ name }) => values.only === undefined || values.only === name)
if (chosen.length === 0)
  throw new Error(`--only: expected one of ${PARTS.map(({ name }) => name).join(', ')}`)
const say = (line: string) => void process.stdout.write(`${line}\n`)
const options = {
  seed: Number(values.seed),
  minutes: Number(values.minutes),
  logMinutes: Number(values['log-minutes']),
}

for (const { name, run } of chosen) {
  say(`${name}, seed ${options.seed}`)
  const wrong = await run({ ...options, say: (line) => say(`  ${line}`) })
  for (const line of wrong) say(`  WRONG: ${line}`)
  say(`${name}: ${wrong.length === 0 ? 'held' : 'BROKEN'}`)
  if (wrong.length === 0) continue
  process.exitCode = 1
  break
}
