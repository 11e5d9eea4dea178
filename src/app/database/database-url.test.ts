import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { databaseOf, fileOf, shownDatabase } from './database-url.ts'

const noPassword = () => Promise.reject(new Error('asked for'))

test('a URL of a known scheme, or a plain path, names a database', () => {
  const paths = [
    ['sqlite:a.db', 'a.db'],
    ['sqlite:/data/a.db', '/data/a.db'],
    ['sqlite:///data/a.db', '/data/a.db'],
    ['SQLite:a.db', 'a.db'],
    ['a.db', 'a.db'],
    ['./some:where/a.db', './some:where/a.db'],
    [String.raw`C:\data\a.db`, String.raw`C:\data\a.db`],
  ] as const
  for (const [url, path] of paths) assert.deepEqual(databaseOf(url), { kind: 'sqlite', path })
  for (const url of ['postgres://me@db.example.org/millrace', 'postgresql:///millrace', 'POSTGRES://h/d'])
    assert.deepEqual(databaseOf(url), { kind: 'postgres', url })
})

test('whatever else it may be, it is refused, and the message lists what is known', () => {
  const others = [
    'mysql://me@host/db',
    'postgress://host/db',
    'postgres:host/db',
    'postgres://',
    ' postgres://host/db',
    '"postgres://host/db"',
    'sqlite:postgres://host/db',
    'file:a.db',
    'sqlite:',
    '',
  ]
  for (const url of others)
    assert.throws(() => databaseOf(url), {
      code: 'BadConfig',
      message: /sqlite:FILE.*postgres:\/\/.*postgresql:/,
    })
})

test('a file has neither password nor pool, and what needs a file takes no server', () => {
  assert.throws(() => databaseOf({ url: 'a.db', password: noPassword }), {
    code: 'BadConfig',
    message: /no password/,
  })
  assert.throws(() => databaseOf({ url: 'a.db', poolSize: 3 }), { code: 'BadConfig', message: /no pool/ })
  assert.equal(fileOf('sqlite:a.db', '--to'), 'a.db')
  assert.throws(() => fileOf('postgres://me:secret@host/db', '--to'), {
    code: 'Usage',
    message: '--to: expected a file, got "postgres://me:***@host/db"',
  })
})

test('a URL is shown without its password, wherever that stands', () => {
  const shown = [
    ['postgres://me:secret@host:5432/db?sslmode=require', 'postgres://me:***@host:5432/db?sslmode=require'],
    ['postgres://me@host/db', 'postgres://me@host/db'],
    ['postgres://host/db', 'postgres://host/db'],
    ['postgres:///db?user=me&password=secret&host=/run', 'postgres:///db?user=me&password=***&host=/run'],
    ['postgres:///db?sslpassword=secret', 'postgres:///db?sslpassword=***'],
    ['postgres://me:sec/ret@host/db', 'postgres://***@host/db'],
    ['postgres://me:sec@ret@host/db', 'postgres://***@host/db'],
    ['sqlite:me@home.db', 'sqlite:me@home.db'],
  ] as const
  for (const [url, expected] of shown) assert.equal(shownDatabase(url), expected)
})

test('no password is ever shown, however it is written', () => {
  const password = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `<${text}>`)
  fc.assert(
    fc.property(password, (secret) => {
      const url = `postgres://me:${secret}@host/db`
      assert.ok(!shownDatabase(url).includes(secret))
      assert.throws(
        () => databaseOf(`x${url}`),
        ({ message }: Error) => !message.includes(secret),
      )
    }),
  )
})
