import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublishedFigures } from '../../store/sqlite/index.ts'
import { renderFigures } from './figures.ts'

const spread = { count: 40, sum: 100, p50: 1.25, p99: 12.5, max: 30 }

function published(at: number, units: number): PublishedFigures {
  return {
    process: 'p',
    pid: 4711,
    command: 'crawl https://example.org/\u001b[31m',
    at,
    figures: {
      counts: { 'write.units': units, 'write.transactions': units / 10, 'jobs.completed': units / 2 },
      levels: { 'write.queue.rows': 12, 'read.oldest_ms': 3.2 },
      spreads: { 'write.commit_ms': spread, 'read.run_ms': spread },
    },
    notices: [{ kind: 'lock-wait', message: 'waiting for the write lock', lastedMs: 2_500, at: at - 4_000 }],
  }
}

const holders = { writer: { pid: 99, command: 'sqlite3' }, readers: [] }

test('rates are those of the time between two looks, and notices say how long ago', () => {
  const before = { walBytes: 0, holders, processes: [published(10_000, 1_000)] }
  const after = { walBytes: 4_200_000, holders, processes: [published(12_000, 3_000)] }
  assert.deepEqual(renderFigures(after, before, 12_500).split('\n'), [
    'log 4.2 MB; write lock: process 99; reading: 0',
    'process 4711  crawl https://example.org/',
    '  writes  1000 units/s in 100 commits/s, queue 12 rows, held back 0, refused 0',
    '  commit  lock wait 0.0 ms / 0.0 ms / 0.0 ms; work 0.0 ms / 0.0 ms / 0.0 ms; log and fsync 1.3 ms / 13 ms / 30 ms',
    '  reads   40/s; wait 0.0 ms / 0.0 ms / 0.0 ms; run 1.3 ms / 13 ms / 30 ms; oldest 3.2 ms',
    '  loop    late 0.0 ms / 0.0 ms / 0.0 ms',
    '  jobs    completed 500/s',
    '  ! 4.5 s ago: waiting for the write lock',
  ])
})

test('the first look has no rates, and old figures say that they are old', () => {
  const text = renderFigures(
    { walBytes: 0, holders: undefined, processes: [published(0, 5)] },
    undefined,
    60_000,
  )
  assert.match(text, /^log 0 B\nprocess 4711.*nothing new for 1 min 0 s\n {2}writes {2}- units\/s/)
})

test('a database at which nobody works says so', () => {
  const free = { writer: null, readers: [] }
  assert.equal(
    renderFigures({ walBytes: 0, holders: free, processes: [] }, undefined, 0),
    'log 0 B; write lock: free; reading: 0; no process of Millrace is at work',
  )
})
