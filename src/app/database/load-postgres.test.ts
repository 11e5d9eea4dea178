import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MillraceError } from '../../model/index.ts'
import { serverOf } from './load-postgres.ts'

const url = 'postgres://me@host/db'

/** What a function that the configuration file may hold makes of being asked. */
function asked(password: () => unknown): Promise<string> | undefined {
  return serverOf({ url, password: password as () => Promise<string> }).password?.()
}

test('the adapter is told what was configured, and nothing of what was not', () => {
  assert.deepEqual(serverOf({ url }), { url })
  assert.deepEqual(serverOf({ url, poolSize: 3 }), { url, poolSize: 3 })
})

test('a function may give its password at once or later, and nothing but a text', async () => {
  assert.equal(await asked(() => 'now'), 'now')
  assert.equal(await asked(() => Promise.resolve('later')), 'later')
  const wrong = [
    [() => undefined, /^db\.password: .* something of type undefined$/],
    [() => Promise.resolve(''), /^db\.password: .* an empty one$/],
  ] as const
  for (const [password, message] of wrong)
    await assert.rejects(asked(password) ?? assert.fail(), { code: 'BadConfig', message })
})

test('why a function gave none is told; an error of ours is passed on as it is', async () => {
  const failing = () => Promise.reject(new Error('token\nservice is down'))
  await assert.rejects(asked(failing) ?? assert.fail(), {
    code: 'NoPermission',
    message: 'db.password: it gave no password: token service is down',
  })
  const ours = new MillraceError('BadConfig', 'as it is')
  await assert.rejects(asked(() => Promise.reject(ours)) ?? assert.fail(), ours)
})
