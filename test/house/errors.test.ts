import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf } from '../../src/app/exit-code.ts'
import { ERRORS, type ErrorCode } from '../../src/model/index.ts'
import { errorRows } from './error-table.ts'
import { readOwn } from './sources.ts'

const rows = errorRows(readOwn('docs/errors.md'))

function byCode(a: { readonly code: string }, b: { readonly code: string }): number {
  return a.code < b.code ? -1 : 1
}

test('docs/errors.md has each code once, with the traits and the exit code of the source', () => {
  const documented = rows.map(({ code, again, applied, exit }) => ({ code, again, applied, exit }))
  const declared = (Object.keys(ERRORS) as ErrorCode[]).map((code) => ({
    code,
    again: ERRORS[code].retryable ? 'yes' : 'no',
    applied: ERRORS[code].applied,
    exit: String(exitCodeOf(code)),
  }))
  assert.deepEqual(documented.toSorted(byCode), declared.toSorted(byCode))
})

test('docs/errors.md says in a sentence what each code means and what to do', () => {
  const mute = rows.filter(({ meaning, advice }) => !/\w.*\.$/.test(meaning) || !/\w.*\.$/.test(advice))
  assert.deepEqual(mute, [])
})

test('a row is read by its cells, and what is no code is passed over', () => {
  const page = '| code | again |\n| --- | --- |\n| Busy   | yes | no | 75 | Wait. | Try. |\ntext'
  assert.deepEqual(errorRows(page), [
    { code: 'Busy', again: 'yes', applied: 'no', exit: '75', meaning: 'Wait.', advice: 'Try.' },
  ])
})
