import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moduleBeside } from './module-beside.ts'
import { ThreadCalls } from './thread-calls.ts'

const ECHO = moduleBeside(import.meta.url, 'testing/echo-thread')

test('a call is answered with what the thread made of it, at once or later', async () => {
  const thread = new ThreadCalls(ECHO)
  const answers = await Promise.all([thread.call('echo', { a: 1 }), thread.call('later', 'b')])
  assert.deepEqual(answers, [{ a: 1 }, 'b'])
  await thread.stop()
})

test('an error that crosses a thread keeps its code, message, facts and whether it was applied', async () => {
  const thread = new ThreadCalls(ECHO)
  const refused = { code: 'Busy', message: 'held', applied: 'unknown', facts: { waitMs: 5 }, retryable: true }
  await assert.rejects(thread.call('refuse', 'held'), refused)
  await thread.stop()
})

test('calls to a thread that dies are rejected, those that were open and those that come later', async () => {
  const thread = new ThreadCalls(ECHO)
  const dead = { code: 'Fault', applied: 'unknown', message: 'a thread ended unexpectedly' }
  await Promise.all([assert.rejects(thread.call('die'), dead), assert.rejects(thread.call('echo'), dead)])
  assert.equal(thread.isDead, true)
  await assert.rejects(thread.call('echo'), dead)
})

test('calls to a thread that is stopped are rejected with the reason, at once, though it hangs', async () => {
  const thread = new ThreadCalls(ECHO)
  const open = assert.rejects(thread.call('hang'), { code: 'Closed' })
  const stopping = thread.stop()
  await open
  await stopping
  await assert.rejects(thread.call('echo'), { code: 'Closed' })
})

test('an operation that a thread does not have is our fault, and the thread goes on', async () => {
  const thread = new ThreadCalls(ECHO)
  await assert.rejects(thread.call('burn'), { code: 'Fault', message: /no operation "burn"/ })
  assert.equal(await thread.call('echo', 'still here'), 'still here')
  await thread.stop()
})
