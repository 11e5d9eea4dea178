import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { MillraceError, type ErrorCode } from '../../model/index.ts'
import { harmsWholeBatch } from '../queue/index.ts'
import { isInDoubt, resultCode, sqliteError } from './sqlite-error.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

test('a result code decides, its extension bits do not, and the text is never looked at', () => {
  const codes: readonly (readonly [number, ErrorCode])[] = [
    [3, 'NoPermission'],
    [5, 'Busy'],
    [517, 'Busy'],
    [8, 'NoPermission'],
    [10, 'InputOutput'],
    [1_034, 'InputOutput'],
    [4_874, 'DiskFull'],
    [11, 'Corrupt'],
    [13, 'DiskFull'],
    [14, 'CannotCreate'],
    [18, 'TooBig'],
    [19, 'Constraint'],
    [2_067, 'Constraint'],
    [26, 'ForeignDatabase'],
  ]
  for (const [errcode, code] of codes) {
    const error = sqliteError(Object.assign(new Error('database is locked'), { errcode }))
    assert.deepEqual([error.code, error.applied, error.facts], [code, 'no', { sqlite: errcode }])
  }
})

test('what SQLite really throws is understood', () => {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE a (x UNIQUE); INSERT INTO a VALUES (1)')
  const thrown = thrownBy(() => db.exec('INSERT INTO a VALUES (1)'))
  assert.equal(resultCode(thrown), 19)
  const error = sqliteError(thrown)
  assert.equal(error.code, 'Constraint')
  assert.match(error.message, /UNIQUE constraint failed: a\.x/)
  assert.equal(error.cause, thrown)
})

test('what the operating system says is understood too', () => {
  const codes: Readonly<Record<string, ErrorCode>> = {
    EACCES: 'NoPermission',
    EPERM: 'NoPermission',
    EROFS: 'NoPermission',
    ENOSPC: 'DiskFull',
    EDQUOT: 'DiskFull',
    EIO: 'InputOutput',
  }
  for (const [code, expected] of Object.entries(codes)) {
    const error = sqliteError(Object.assign(new Error(`${code}: no`), { code }))
    assert.deepEqual([error.code, error.applied], [expected, 'no'])
  }
})

test('anything else is a Fault that keeps its cause, and an error of the family stays itself', () => {
  const cause = new TypeError('x')
  assert.deepEqual([sqliteError(cause).code, sqliteError(cause).cause], ['Fault', cause])
  for (const odd of [undefined, null, 'text', { errcode: 'x' }]) assert.equal(sqliteError(odd).code, 'Fault')
  const guard = new MillraceError('GuardFailed', 'x')
  assert.equal(sqliteError(guard), guard)
})

const harms = (code: ErrorCode) => harmsWholeBatch(new MillraceError(code, 'x'))

test('only what concerns the file or the lock harms the neighbours of a unit', () => {
  for (const code of ['DiskFull', 'InputOutput', 'Corrupt', 'NoPermission', 'Busy'] as const)
    assert.ok(harms(code), code)
  for (const code of ['Constraint', 'GuardFailed', 'TooBig', 'Fault'] as const)
    assert.equal(harms(code), false, code)
})

test('a commit that met a full log was not applied; one whose sync or log index failed may be found applied', () => {
  const verdicts = [13, 1_034, 778, 4_874, 19].map((errcode) =>
    isInDoubt(sqliteError(Object.assign(new Error('no'), { errcode }))),
  )
  assert.deepEqual(verdicts, [false, true, true, true, false])
})
