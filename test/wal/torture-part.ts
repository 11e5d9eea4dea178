/** The log, watched for minutes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TorturePart } from '../crash/torture-part.ts'
import { logRun } from './log-run.ts'

const LOG_BYTES_MAX = 128_000_000

/** The log under a full write rate and readers without end. */
export const logPart: TorturePart = {
  name: 'log',
  async run({ logMinutes, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
    const { logBytesMax, acknowledged, reads, wrong } = await logRun({
      durationMs: logMinutes * 60_000,
      folder,
    })
    await rm(folder, { recursive: true })
    say(`-wal of ${logBytesMax} bytes at most, ${acknowledged} units, reads ${JSON.stringify(reads)}`)
    return logBytesMax < LOG_BYTES_MAX ? wrong : [...wrong, `the -wal grew to ${logBytesMax} bytes`]
  },
}
