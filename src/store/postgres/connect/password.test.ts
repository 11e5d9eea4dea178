import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { freshDatabase, sharedServerUrl } from '../../../../test/postgres/index.ts'
import { connectorOf } from './index.ts'
import { askedPassword, fixedPassword } from './password.ts'
import { connectorFor, HandClock } from './testing/index.ts'

/** Logins that ask; `asked` counts how often. */
function asking(ask: () => Promise<string>) {
  const clock = new HandClock()
  const counted = { asked: 0 }
  const logins = askedPassword({
    ask: async () => {
      counted.asked += 1
      return await ask()
    },
    name: 'postgres://h/d',
    clock,
    lifetimeMs: 300_000,
    patienceMs: 10_000,
  })
  return { clock, counted, logins }
}

test('many who need a password at once ask once, and later ones as long as it lives', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { clock, counted, logins } = asking(() => promise)
  const all = Promise.all(Array.from({ length: 20 }, () => logins().password()))
  resolve('secret')
  assert.deepEqual(new Set(await all), new Set(['secret']))
  clock.move(299_999)
  await logins().password()
  assert.equal(counted.asked, 1)
  clock.move(1)
  await logins().password()
  assert.equal(counted.asked, 2)
})

test('many who were refused with one password ask for one new one', async () => {
  let current = 'old'
  const { counted, logins } = asking(async () => current)
  const refused = Array.from({ length: 5 }, () => logins())
  await Promise.all(refused.map((login) => login.password()))
  current = 'new'
  for (const login of refused) {
    assert.equal(login.refused(), true)
    assert.equal(await logins().password(), 'new')
  }
  assert.equal(counted.asked, 2)
})

test('a failure to give a password is told to all who wait, and not kept', async () => {
  let isBroken = true
  const { counted, logins } = asking(async () => {
    if (isBroken) throw new Error('the vault is locked')
    return 'secret'
  })
  const [one, other] = await Promise.allSettled([logins().password(), logins().password()])
  for (const told of [one, other]) {
    assert.match(
      String(told.status === 'rejected' && told.reason),
      /for postgres:.* can not be had.*vault is locked/,
    )
  }
  isBroken = false
  assert.equal(await logins().password(), 'secret')
  assert.equal(counted.asked, 2)
})

test('an answer that does not come is waited for by those who came in its time only', async () => {
  const answers = [Promise.withResolvers<string>().promise, Promise.resolve('secret')]
  const { clock, logins } = asking(() => answers.shift() ?? Promise.reject(new Error('asked too often')))
  void logins().password()
  clock.move(10_000)
  assert.equal(await logins().password(), 'secret')
})

test('without a password a server that asks for one is refused with what to do', async () => {
  await assert.rejects(fixedPassword(undefined, 'postgres://h/d')().password(), { code: 'NoPermission' })
  assert.equal(fixedPassword('x', 'postgres://h/d')().refused(), false)
})

test('a password that changes while sessions come and go is asked for again after it was refused, once', async (t) => {
  const admins = connectorOf({ url: await sharedServerUrl() })
  const admin = await admins.connect('sql')
  const user = `rotating_${randomBytes(6).toString('hex')}`
  const set = async (password: string) => {
    await admin.run({ text: `BEGIN READ WRITE; ALTER ROLE ${user} PASSWORD '${password}'; COMMIT` })
  }
  await admin.run({ text: `BEGIN READ WRITE; CREATE ROLE ${user} LOGIN; COMMIT` })
  const url = new URL(await freshDatabase(t))
  t.after(async () => {
    await admin.run({ text: `BEGIN READ WRITE; DROP ROLE ${user}; COMMIT` })
    await admins.close()
  })
  await set('first')
  let [current, asked] = ['first', 0]
  const password = async () => {
    asked += 1
    return current
  }
  const connector = connectorFor(t, {
    url: Object.assign(url, { username: user, password: 'ignored' }).href,
    password,
  })
  const sessions = await Promise.all([1, 2, 3].map(() => connector.connect('read')))
  assert.equal(asked, 1)
  current = 'second'
  await set(current)
  await Promise.all([1, 2, 3, 4].map(() => connector.connect('read')))
  assert.equal(asked, 2)
  assert.equal(
    (await sessions[0]?.run({ text: 'SELECT 1' }))?.count,
    1,
    'sessions outlive the password they began with',
  )
  await set('third')
  await assert.rejects(connector.connect('read'), { code: 'NoPermission', facts: { sqlstate: '28P01' } })
  assert.equal(asked, 3)
  await connector.close()
})
