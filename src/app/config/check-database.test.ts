import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkConfig } from './check-config.ts'

function refusal(db: unknown): string {
  try {
    checkConfig({ db })
    return 'accepted'
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'BadConfig')
    return (error as Error).message
  }
}

const url = 'postgres://me@host/db'
const password = () => Promise.resolve('sesame')

test('a database is a text, or a URL with what gives its password and how many connections read', () => {
  for (const db of ['sqlite:a.db', url, { url }, { url, password }, { url, password, poolSize: 4 }])
    assert.equal(refusal(db), 'accepted')
})

test('what is wrong with a database is told by its path', () => {
  assert.equal(refusal({}), 'db.url: expected a text, got undefined')
  assert.match(
    refusal({ url, pasword: password }),
    /^db\.pasword: expected one of .*; did you mean password\?$/,
  )
  assert.equal(refusal({ url, poolSize: 0 }), 'db.poolSize: expected a whole number of at least 1, got 0')
  assert.equal(refusal({ url, poolSize: '4' }), "db.poolSize: expected a whole number of at least 1, got '4'")
})

test('a password that stands in the file as it is, is refused and not shown', () => {
  const message = refusal({ url, password: 'sesame' })
  assert.match(message, /^db\.password: expected a function that gives it/)
  assert.ok(!message.includes('sesame'))
})
