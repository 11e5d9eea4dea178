import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MillraceError } from '../../../model/index.ts'
import { freshFolder } from '../../conformance/index.ts'
import { moduleBeside } from './module-beside.ts'
import { fromErrorMessage, ThreadCalls, toErrorMessage } from './thread-calls.ts'

/** A thread of the real store; any that answers calls would do. */
const READER = moduleBeside(import.meta.resolve('../reader/reader-pool.ts'), 'reader-thread')

test('an error that crosses a thread keeps its code, message, facts and whether it was applied', () => {
  const error = new MillraceError('Busy', 'held for long', { applied: 'unknown', facts: { waitMs: 5 } })
  const crossed = fromErrorMessage(structuredClone(toErrorMessage(error)))
  assert.deepEqual(
    [crossed.code, crossed.message, crossed.applied, crossed.facts, crossed.retryable],
    ['Busy', 'held for long', 'unknown', { waitMs: 5 }, true],
  )
})

test('calls to a thread that dies are rejected, those that were open and those that come later', async (t) => {
  const thread = new ThreadCalls(READER, { path: join(freshFolder(t), 'missing.db'), compiled: [] })
  const dead = { code: 'Fault', applied: 'unknown', message: 'a store thread ended unexpectedly' }
  await Promise.all([
    assert.rejects(thread.call('read', {}), dead),
    assert.rejects(thread.call('close'), dead),
  ])
  assert.equal(thread.isDead, true)
  await assert.rejects(thread.call('close'), dead)
})

test('calls to a thread that is stopped are rejected with the reason, at once', async (t) => {
  const thread = new ThreadCalls(READER, { path: join(freshFolder(t), 'missing.db'), compiled: [] })
  const open = assert.rejects(thread.call('close'), { code: 'Closed' })
  const stopping = thread.stop()
  await open
  await stopping
  await assert.rejects(thread.call('close'), { code: 'Closed' })
})

test('an operation that a thread does not have is our fault, and the thread goes on', async (t) => {
  const path = join(freshFolder(t), 'empty.db')
  writeFileSync(path, '')
  const thread = new ThreadCalls(READER, { path, compiled: [] })
  await assert.rejects(thread.call('burn'), { code: 'Fault', message: /no operation "burn"/ })
  await assert.rejects(thread.call('burn'), { code: 'Fault', message: /no operation "burn"/ })
  await thread.stop()
})
