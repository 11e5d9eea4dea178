import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshDatabase } from '../../../../test/postgres/index.ts'
import { MillraceError, type ErrorCode } from '../../../model/index.ts'
import { postgresError, sqlState } from './index.ts'
import { connectorFor } from './testing/index.ts'

/** As the driver throws what the server says. */
function said(state: string): MillraceError {
  return postgresError(Object.assign(new Error('server says'), { code: state, severity: 'ERROR' }))
}

/** As a socket fails. */
function failed(code: string): MillraceError {
  return postgresError(Object.assign(new Error('socket says'), { code }))
}

test('each SQLSTATE that is known has its code', () => {
  const expected: Readonly<Record<string, ErrorCode>> = {
    '08006': 'StoreUnreachable',
    '22021': 'BadValue',
    '22P05': 'BadValue',
    '22012': 'Fault',
    '23505': 'Constraint',
    '23502': 'Constraint',
    '25006': 'Fault',
    '25P03': 'StoreUnreachable',
    '28000': 'NoPermission',
    '28P01': 'NoPermission',
    '3D000': 'BadConfig',
    '40001': 'Busy',
    '40P01': 'Busy',
    '42501': 'NoPermission',
    '42P01': 'Fault',
    '53100': 'DiskFull',
    '53200': 'StoreUnreachable',
    '53300': 'StoreUnreachable',
    '54000': 'TooBig',
    '55P03': 'Busy',
    '57014': 'Timeout',
    '57P01': 'StoreUnreachable',
    '57P02': 'StoreUnreachable',
    '57P03': 'StoreUnreachable',
    '58030': 'InputOutput',
    XX000: 'Fault',
    XX001: 'Corrupt',
    XX002: 'Corrupt',
  }
  for (const [state, code] of Object.entries(expected)) {
    const error = said(state)
    assert.deepEqual([error.code, error.facts['sqlstate'], sqlState(error)], [code, state, state])
    assert.match(error.message, /server says/)
    assert.equal(error.applied, 'no', 'a statement that fails has done nothing')
  }
})

test('a socket that fails is a store that can not be reached, and TLS that fails is a matter of configuration', () => {
  for (const code of [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENOENT',
  ]) {
    assert.deepEqual([failed(code).code, failed(code).retryable], ['StoreUnreachable', true])
  }
  for (const code of [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'EPROTO',
  ]) {
    assert.equal(failed(code).code, 'BadConfig')
  }
  assert.equal(failed('EACCES').code, 'NoPermission')
})

test('a code of five letters that no server said is no SQLSTATE', () => {
  assert.equal(sqlState(failed('EPIPE')), undefined)
  assert.equal(failed('23505').code, 'Fault')
})

test('what is of the family already stays as it is, and what is not known is a fault', () => {
  const closed = new MillraceError('Closed', 'it was closed')
  assert.equal(postgresError(closed), closed)
  assert.equal(postgresError('a text').code, 'Fault')
  assert.equal(postgresError(new TypeError('ours')).code, 'Fault')
})

test('the server itself says what the table expects', async (t) => {
  const session = await connectorFor(t, { url: await freshDatabase(t) }).connect('write')
  await session.run({
    text: 'BEGIN READ WRITE; CREATE TABLE a (n int PRIMARY KEY CHECK (n < 5), s text); COMMIT',
  })
  const fails = async (text: string, params: readonly string[] = []) => {
    await session.run({ text: 'BEGIN READ WRITE; INSERT INTO a VALUES (1)' })
    const error = await session.run({ text, params }).catch((thrown: unknown) => thrown)
    await session.run({ text: 'ROLLBACK' })
    return error instanceof MillraceError ? error.code : 'no failure'
  }
  assert.equal(await fails('INSERT INTO a VALUES (1)'), 'Constraint')
  assert.equal(await fails('INSERT INTO a VALUES (6)'), 'Constraint')
  assert.equal(await fails('SELECT $1::text', ['a\0b']), 'BadValue')
  assert.equal(await fails('SELECT * FROM nowhere'), 'Fault')
  assert.equal(await fails(`SELECT ${'1, '.repeat(1_700)} 1`), 'TooBig')
})
