import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS, isMillraceError, MillraceError, toMillraceError, type ErrorCode } from './errors.ts'

test('an error has the traits of its code, unless the thrower knows better', () => {
  const full = new MillraceError('DiskFull', 'no space')
  assert.deepEqual([full.retryable, full.applied, full.facts], [true, 'no', {}])
  const failed = new MillraceError('InputOutput', 'disk failed')
  assert.deepEqual([failed.retryable, failed.applied], [true, 'unknown'])
  const sure = new MillraceError('InputOutput', 'disk failed', { applied: 'no', retryable: false })
  assert.deepEqual([sure.retryable, sure.applied], [false, 'no'])
})

test('only a failure that can hit in the middle of a commit leaves it unknown whether a write was applied', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[]
  const unknown = codes.filter((code) => ERRORS[code].applied === 'unknown')
  assert.deepEqual(unknown, ['InputOutput', 'Fault'])
})

test('an error keeps its cause, and has none when there was none', () => {
  const cause = new Error('below')
  assert.equal(new MillraceError('Fault', 'above', { cause }).cause, cause)
  assert.equal('cause' in new MillraceError('Fault', 'above'), false)
})

test('an error is narrowed by family and by code', () => {
  const busy = new MillraceError('Busy', 'wait')
  assert.equal(isMillraceError(busy), true)
  assert.equal(isMillraceError(busy, 'Closed', 'Busy'), true)
  assert.equal(isMillraceError(busy, 'Closed'), false)
  assert.equal(isMillraceError({ name: 'MillraceError', code: 'Busy', message: 'wait' }), false)
})

test('whatever was thrown becomes one error of the family', () => {
  const busy = new MillraceError('Busy', 'wait')
  assert.equal(toMillraceError(busy), busy)
  const thrown = new TypeError('x is not a function')
  const fault = toMillraceError(thrown)
  assert.deepEqual([fault.code, fault.applied, fault.cause], ['Fault', 'unknown', thrown])
  assert.match(fault.message, /x is not a function/)
  assert.match(toMillraceError('a string').message, /a string/)
})
