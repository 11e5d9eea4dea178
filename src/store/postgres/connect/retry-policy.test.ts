import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MillraceError } from '../../../model/index.ts'
import { delayMs, postgresError, RETRIES, retryOf } from './index.ts'

const said = (state: string) =>
  postgresError(Object.assign(new Error('no'), { code: state, severity: 'FATAL' }))
const failed = (code: string) => postgresError(Object.assign(new Error('no'), { code }))

test('connecting is tried again where the server may come or make room, and nowhere else', () => {
  for (const state of ['53300', '57P03', '57P01', '57P02']) assert.ok(retryOf('connect', said(state)), state)
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EAI_AGAIN'])
    assert.ok(retryOf('connect', failed(code)))
  for (const state of ['28P01', '3D000', '42501'])
    assert.equal(retryOf('connect', said(state)), undefined, state)
  assert.equal(retryOf('connect', failed('CERT_HAS_EXPIRED')), undefined)
})

test('a standby is waited for only where a primary was before', () => {
  const standby = new MillraceError('BadConfig', 'it is a standby', { facts: { standby: true } })
  assert.equal(retryOf('connect', standby), undefined)
  assert.ok(retryOf('reconnect', standby))
})

test('a batch is tried again where others were in its way', () => {
  assert.ok(retryOf('batch', said('40P01')))
  assert.ok(retryOf('batch', said('40001')))
  for (const state of ['23505', '55P03', '57014', '53100'])
    assert.equal(retryOf('batch', said(state)), undefined)
})

test('delays double up to their bound, and are drawn from the upper half', () => {
  const entries = Object.values(RETRIES).flatMap((table) => Object.values(table))
  const tried = fc.integer({ min: 1, max: 2_000 })
  const random = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.constantFrom(...entries), tried, random, (retry, tried, random) => {
      const bound = Math.min(retry.longestMs, retry.firstMs * 2 ** (tried - 1))
      const delay = delayMs(retry, tried, random)
      assert.ok(delay >= bound / 2 && delay <= bound)
    }),
  )
})
