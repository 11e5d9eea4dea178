/** Hints reach whoever listens at that moment, and nobody else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBus } from './index.ts'

test('a hint calls every listener of its topic, once each, and none of another topic', () => {
  const bus = createBus()
  const heard: string[] = []
  bus.listen('a', () => heard.push('first'))
  bus.listen('a', () => heard.push('second'))
  bus.listen('b', () => heard.push('other topic'))
  bus.hint('a')
  assert.deepEqual(heard, ['first', 'second'])
})

test('a hint that nobody listens to is gone: who listens later does not hear it', () => {
  const bus = createBus()
  let heard = 0
  bus.hint('a')
  bus.listen('a', () => heard++)
  assert.equal(heard, 0)
  bus.hint('a')
  bus.hint('a')
  assert.equal(heard, 2)
})

test('who stopped listening hears nothing more, and the others still do', () => {
  const bus = createBus()
  const heard: string[] = []
  const unlisten = bus.listen('a', () => heard.push('gone'))
  bus.listen('a', () => heard.push('stays'))
  unlisten()
  unlisten()
  bus.hint('a')
  assert.deepEqual(heard, ['stays'])
})

test('a listener may stop listening while it is called', () => {
  const bus = createBus()
  const heard: string[] = []
  const unlisten = bus.listen('a', () => {
    heard.push('once')
    unlisten()
  })
  bus.listen('a', () => heard.push('stays'))
  bus.hint('a')
  bus.hint('a')
  assert.deepEqual(heard, ['once', 'stays', 'stays'])
})

test('two buses know nothing of each other', () => {
  let heard = 0
  createBus().listen('a', () => heard++)
  createBus().hint('a')
  assert.equal(heard, 0)
})
