/** The log stays bounded; `npm run torture` looks at it for ten minutes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshFolder } from '../../src/store/conformance/index.ts'
import { logRun } from './log-run.ts'

test(
  'at full write rate, with readers that never pause and some that mean ill, the -wal stays below 128 MB',
  { timeout: 200_000 },
  async (t) => {
    const { logBytesMax, acknowledged, reads, wrong } = await logRun({
      durationMs: 10_000,
      folder: freshFolder(t),
    })
    t.diagnostic(`-wal ${logBytesMax} bytes, ${acknowledged} units, reads ${JSON.stringify(reads)}`)
    assert.deepEqual(wrong, [])
    assert.ok(logBytesMax < 128_000_000, `${logBytesMax} bytes`)
    // It was put to the test: more was written than the bound, and every kind of reader was at it.
    assert.ok(
      logBytesMax > 32_000_000 && acknowledged >= 1_000,
      `${logBytesMax} bytes, ${acknowledged} units`,
    )
    assert.deepEqual(Object.keys(reads).sort(), ['chunks', 'held', 'long'])
  },
)
