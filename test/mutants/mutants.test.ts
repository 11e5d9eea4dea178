import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { allMutants } from './all-mutants.ts'
import { mutate, type Mutant } from './mutant.ts'
import { PROJECT } from './project-copy.ts'
import { judge } from './verdict.ts'

test('every deliberate bug still fits its file, and the tests that must notice it are there', () => {
  for (const mutant of allMutants) {
    const source = readFileSync(join(PROJECT, mutant.file), 'utf8')
    assert.notEqual(mutate(mutant, source), source, mutant.name)
    for (const file of mutant.tests) assert.ok(existsSync(join(PROJECT, file)), file)
  }
  assert.equal(new Set(allMutants.map((mutant) => mutant.name)).size, allMutants.length)
})

test('a bug whose text is gone, or stands there twice, is no bug but an error', () => {
  const mutant: Mutant = { name: 'm', breaks: 'p', file: 'f', find: 'ab', replace: 'c', tests: [] }
  assert.equal(mutate(mutant, 'xaby'), 'xcy')
  assert.throws(() => mutate(mutant, 'xy'), /not at all/)
  assert.throws(() => mutate(mutant, 'ab ab'), /2 times/)
})

test('only a test that failed catches a bug: not a file that broke, nor tests that had to be ended', () => {
  const ended = { passed: 3, failed: [], broken: null, seconds: 1 }
  const failed = [{ name: 'a sentence', message: 'expected 1, got 2', timedOutAfterMs: null }]
  assert.deepEqual(judge({ ...ended, failed }), { isCaught: true, by: 'a sentence', seconds: 1 })
  const slow = [{ name: 'a sentence', message: 'expected 1, got 2', timedOutAfterMs: 20 }]
  assert.match(judge({ ...ended, failed: slow }).by, /by its deadline of 20 ms/)
  assert.equal(judge(ended).isCaught, false)
  assert.equal(judge({ ...ended, failed, broken: 'the tests never ended' }).isCaught, false)
})
