import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isMillraceError } from '../../../../model/index.ts'
import { nameOf, parseAddress } from './index.ts'

/** How it encrypts. */
const mode = (url: string) => parseAddress(url).sslmode

/** What a URL is refused with. */
function refused(url: string): string {
  try {
    parseAddress(url)
  } catch (error) {
    if (isMillraceError(error, 'BadConfig')) return error.message
  }
  return 'it was not refused'
}

test('the forms of libpq are read', () => {
  const whole = parseAddress(
    'postgresql://ann:s%40c@db.example:6543/crawls?sslmode=require&connect_timeout=3',
  )
  assert.deepEqual(
    [whole.user, whole.password, whole.host, whole.port, whole.database, whole.sslmode, whole.connectMs],
    ['ann', 's@c', 'db.example', 6543, 'crawls', 'require', 3_000],
  )
  const short = parseAddress('postgres:///crawls')
  assert.deepEqual([short.host, short.port, short.user], ['localhost', 5432, userInfo().username])
  assert.equal(parseAddress('postgres:///crawls?host=/var/run/postgresql').host, '/var/run/postgresql')
  assert.equal(parseAddress('postgres://%2Fvar%2Frun/crawls').host, '/var/run')
  assert.equal(parseAddress('postgres://[::1]:5433/crawls').host, '::1')
  assert.equal(parseAddress('postgres://ann@/crawls?port=1').port, 1)
  const words = parseAddress('postgres://h?dbname=d&user=u&password=p%26q%3D')
  assert.deepEqual([words.database, words.user, words.password], ['d', 'u', 'p&q='])
  assert.equal(parseAddress('postgres://h/d?options=-csearch_path%3Dcrawls').searchPath, 'crawls')
})

test('TLS is verified unless the server is on this machine, and a word of the URL says otherwise', () => {
  assert.equal(mode('postgres://db.example/d'), 'verify-full')
  assert.equal(mode('postgres://10.0.0.1/d'), 'verify-full')
  assert.equal(mode('postgres://localhost.example/d'), 'verify-full')
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '%2Ftmp']) {
    assert.equal(mode(`postgres://${host}/d`), 'disable')
  }
  assert.equal(mode('postgres://127.0.0.1/d?sslmode=verify-ca'), 'verify-ca')
  assert.equal(mode('postgres://127.0.0.1/d?sslrootcert=/root.pem'), 'verify-full')
  assert.match(refused('postgres://h/d?sslmode=prefer'), /verify-full, not "prefer"/)
})

test('what is not understood is refused by name', () => {
  assert.match(
    refused('postgres://h/d?target_session_attrs=any'),
    /"target_session_attrs" is not known.*sslmode/,
  )
  assert.match(refused('postgres://h/d?sslmode=require&sslmode=disable'), /"sslmode" is there twice/)
  assert.match(refused('postgres://h'), /the database is missing/)
  assert.match(refused('postgres://a:1,b:2/d'), /one host/)
  assert.match(refused('postgres:///d?host=a,b'), /one host/)
  assert.match(refused('postgres://h:70000/d'), /port from 1 to 65535, got "70000"/)
  assert.match(refused('postgres://h/d?options=-cfsync%3Doff'), /only one schema/)
  assert.match(refused('postgres://h/d?connect_timeout=soon'), /connect_timeout is a number/)
  assert.match(refused('mysql://h/d'), /expected postgres:/)
  assert.match(refused('postgres://u%00@h/d'), /NUL/)
})

test('a password is shown by no refusal and by no name', () => {
  const urls = [
    'u:sec#ret@h/d',
    'u:sec@ret@h/d',
    'u:sec/ret@h/d',
    'u:sec?ret@h/d',
    'u:12/sec@h/d',
    'u:12?sec=1@h/d',
    'u:%secret@h/d',
    'u:secret@h',
  ]
  for (const rest of urls) {
    assert.doesNotMatch(refused(`postgres://${rest}`), /sec|ret@|it was not refused/, rest)
  }
  assert.match(refused('postgres://u:sec@ret@h/d'), /write @ .* as %40/)
  const name = nameOf(parseAddress('postgres://u:secret@h/d?password=other&sslmode=disable'))
  assert.equal(name, 'postgres://u@h:5432/d')
})

test('any user, password and database come back from a URL that escapes them', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((value) => !value.includes('\0') && value.isWellFormed())
  const escaped = encodeURIComponent
  fc.assert(
    fc.property(text, text, text, (user, password, database) => {
      const url = `postgres://${escaped(user)}:${escaped(password)}@h/${escaped(database)}`
      const address = parseAddress(url)
      assert.deepEqual([address.user, address.password, address.database], [user, password, database])
      assert.equal(parseAddress(nameOf(address)).database, database)
    }),
  )
})
