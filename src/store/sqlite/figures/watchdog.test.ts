import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LockHolders } from '../file/index.ts'
import { newPulseMemory, Pulse } from './pulse.ts'
import { Watchdog } from './watchdog.ts'

/** A watchdog over a writer in the test's hand. */
function watchdogOver(holders?: LockHolders) {
  const pulse = new Pulse(newPulseMemory())
  const state = { oldestReadMs: 0 }
  const watchdog = new Watchdog({
    beat: () => pulse.read(),
    commandName: (index) => ['pages.put', 'jobs.claim'][index] ?? 'none',
    oldestReadMs: () => state.oldestReadMs,
    holders: () => holders,
  })
  return { pulse, state, messages: (now: number) => watchdog.look(now).map(({ message }) => message) }
}

/** What is told while the lock is waited for. */
function waitingFor(holders?: LockHolders): readonly string[] {
  const { pulse, messages } = watchdogOver(holders)
  pulse.enter('waiting for the write lock', 0)
  assert.deepEqual(messages(1_999), [])
  return messages(2_500)
}

test('a transaction of our own that stays open is named with its phase and its last command', () => {
  const { pulse, messages } = watchdogOver()
  pulse.enter('running commands', 5_000)
  pulse.run(1)
  assert.deepEqual(messages(5_999), [])
  assert.deepEqual(messages(8_200), [
    'a transaction has been open for 3.2 s: running commands, last jobs.claim',
  ])
  pulse.enter('committing', 9_000)
  assert.deepEqual(messages(9_100), [])
  assert.match(messages(12_000)[0] ?? '', /open for 3.0 s: committing/)
})

test('an incident is told once, and again when it has lasted ten times as long', () => {
  const { pulse, messages } = watchdogOver()
  pulse.enter('running commands', 0)
  const tellings = [1_000, 2_000, 9_999, 10_000, 50_000, 100_000].map((now) => messages(now).length)
  assert.deepEqual(tellings, [1, 0, 0, 1, 0, 1])
  pulse.enter('idle', 100_001)
  assert.deepEqual(messages(200_000), [])
  pulse.enter('running commands', 200_000)
  assert.equal(messages(201_000).length, 1)
})

test('who keeps the write lock from us is named, as far as the system says', () => {
  const held = { writer: { pid: 42, command: 'sqlite3 a.db' }, readers: [] }
  assert.deepEqual(waitingFor(held), [
    'waiting for the write lock for 2.5 s: it is held by process 42 (sqlite3 a.db)',
  ])
  assert.deepEqual(waitingFor({ writer: null, readers: [] }), [
    'waiting for the write lock for 2.5 s: it has just become free',
  ])
  assert.match(waitingFor()[0] ?? '', /this system does not say who holds it/)
})

test('a read that outlives its deadline is told', () => {
  const { state, messages } = watchdogOver()
  state.oldestReadMs = 6_999
  assert.deepEqual(messages(0), [])
  state.oldestReadMs = 9_400
  assert.deepEqual(messages(0), ['a read has been running for 9.4 s and keeps the log from being reused'])
})

test('a writer at rest is nothing to tell, however long it rests', () => {
  assert.deepEqual(watchdogOver().messages(1e12), [])
})

test('who keeps the log from beginning anew is named once', () => {
  const { pulse, messages } = watchdogOver({
    writer: null,
    readers: [
      { pid: process.pid, command: 'ours', marks: [1] },
      { pid: 42, command: 'sqlite3 a.db', marks: [2] },
    ],
  })
  pulse.pin(70_000_000)
  assert.deepEqual(messages(0), [
    'the log is 70 MB long and keeps growing: process 42 (sqlite3 a.db) keeps a read open; end that read',
  ])
  assert.deepEqual(messages(60_000), [])
  pulse.pin(0)
  assert.deepEqual(messages(61_000), [])
})
