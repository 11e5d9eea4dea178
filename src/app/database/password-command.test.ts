import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isMillraceError } from '../../model/index.ts'
import { passwordByCommand } from './password-command.ts'

test('the first line a command prints is the password, and it is asked anew each time', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-password-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'asked')
  const ask = passwordByCommand(`echo asked >>${file}; printf 'pass word \\nnot this\\n'`)
  assert.deepEqual([await ask(), await ask()], ['pass word ', 'pass word '])
  assert.equal(readFileSync(file, 'utf8'), 'asked\nasked\n')
})

test('a command that fails, is missing, or says nothing is told apart by code', async () => {
  const cases = [
    [
      'echo sesame; echo "token of sesame expired" >&2; exit 3',
      'NoPermission',
      /exit code 3; it said: token of \*\*\* exp/,
    ],
    ['exit 1', 'NoPermission', /exit code 1$/],
    ['there-is-no-such-command-here', 'BadConfig', /could not be run; it said: .*there-is-no-such/],
    ['true', 'BadConfig', /expected it as the first line/],
    ['kill -9 $$', 'BadConfig', /could not be run/],
  ] as const
  for (const [command, code, message] of cases)
    await assert.rejects(
      passwordByCommand(command)(),
      (error) => isMillraceError(error, code) && message.test(error.message) && !/sesame/.test(error.message),
      command,
    )
})

test('a command that does not end is ended with all it started, which else would keep its output open', async () => {
  await assert.rejects(passwordByCommand('sleep 1000 & wait', 200)(), {
    code: 'NoPermission',
    message: /took over 0\.2 s and was ended/,
  })
})
