import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchLoopDelay } from './loop-delay.ts'

test('an event loop that is blocked for a while is seen to have been late by about that', async () => {
  using delay = watchLoopDelay()
  // The timer behind it needs a turn to be armed; then it must see the block.
  for (let spread = delay.take(); spread.max < 150; spread = delay.take()) {
    const until = performance.now() + 200
    while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve))
  }
})

test('what was taken is not told again', async () => {
  using delay = watchLoopDelay()
  delay.take()
  assert.equal(delay.take().count, 0)
})
