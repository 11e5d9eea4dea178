/** Which database a command line means, as far as that can be told without a server. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { millrace } from './crawled-demo.ts'

const NOT_SET = { DATABASE_URL: undefined, PGPASSWORD: undefined }

function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-database-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a scheme that is not known ends every command with exit 78, and no file is made', async (t) => {
  const cwd = freshFolder(t)
  const commands = [
    ['crawl', 'http://127.0.0.1:1/'],
    ['runs'],
    ['doctor'],
    ['backup', '--to', 'b.db'],
    ['config', 'check'],
  ]
  for (const command of commands) {
    const { code, stdout, stderr } = await millrace([...command, '--db', 'mysql://me:HIDDEN@host/x'], { cwd })
    assert.deepEqual([code, stdout], [78, ''], command.join(' '))
    assert.match(stderr, /sqlite:FILE.*postgres:\/\/.*got "mysql:\/\/me:\*\*\*@host\/x" \[BadConfig\]/)
  }
})

async function refusal(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await millrace(args)
  assert.deepEqual([code, stdout], [64, ''], args.join(' '))
  assert.doesNotMatch(stderr, /HIDDEN/)
  return stderr
}

test('what Postgres has tools of its own for is refused with exit 64, and they are named', async () => {
  const db = ['--db', 'postgres://me:HIDDEN@127.0.0.1:1/x']
  assert.match(await refusal('backup', '--to', 'b.db', ...db), /pg_dump .*docs\/postgres\.md/)
  assert.match(await refusal('restore', 'b.db', ...db), /pg_restore .*docs\/postgres\.md/)
  assert.match(await refusal('restore', 'b.db', '--to', 'postgres://h/x'), /pg_restore/)
  assert.match(await refusal('compact', ...db), /VACUUM .*docs\/postgres\.md/)
  assert.match(await refusal('backup', '--to', 'postgres://h/x', '--db', 'a.db'), /--to: expected a file/)
  assert.match(await refusal('restore', 'postgres://h/x', '--db', 'a.db'), /expected a file/)
})

test('config check says where the password comes from, and shows none', async (t) => {
  const cwd = freshFolder(t)
  const password = async (env: NodeJS.ProcessEnv, ...args: readonly string[]) => {
    const run = await millrace(['config', 'check', '--json', ...args], { cwd, env: { ...NOT_SET, ...env } })
    assert.equal(run.code, 0, run.stderr)
    assert.doesNotMatch(run.stdout + run.stderr, /HIDDEN/)
    const { settings } = JSON.parse(run.stdout) as { settings: readonly Readonly<Record<string, unknown>>[] }
    const told = (name: string) => settings.find(({ key }) => key === name) ?? assert.fail(name)
    return [told('db')['value'], ...['value', 'from', 'fileKey'].map((part) => told('db.password')[part])]
  }
  const url = 'postgres://me:HIDDEN@host/x'
  const shown = 'postgres://me:***@host/x'
  assert.deepEqual(await password({}), ['sqlite:millrace.db', null, 'default', null])
  assert.deepEqual(await password({}, '--db', url), [shown, '***', 'flag', null])
  assert.deepEqual(await password({ DATABASE_URL: url }), [shown, '***', 'environment', null])
  writeFileSync(join(cwd, 'millrace.config.ts'), `export default { db: '${url}' }`)
  assert.deepEqual(await password({}), [shown, '***', 'file', 'db'])
  writeFileSync(
    join(cwd, 'millrace.config.ts'),
    "export default { db: { url: 'postgres://me@host/x', password: async () => 'HIDDEN' } }",
  )
  assert.deepEqual(await password({}), ['postgres://me@host/x', '***', 'file', 'db.password'])
  const command = ['--db-password-command', 'echo HIDDEN']
  assert.deepEqual(await password({}, ...command), ['postgres://me@host/x', '***', 'flag', null])
  // It belongs to the database of the file, and is not for the one that a flag names.
  assert.deepEqual(await password({}, '--db', 'postgres://me@other/x').then((told) => told[1]), null)
})

test('a file has no password', async () => {
  const { code, stderr } = await millrace(['runs', '--db', 'a.db', '--db-password-command', 'echo x'])
  assert.equal(code, 78)
  assert.match(stderr, /a file has no password/)
})

/** As if the packages were not installed. */
const WITHOUT_PG = `--import=data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  if (!/^pg(-|$)/.test(name)) return next(name, context)
  throw Object.assign(new Error('not here'), { code: 'ERR_MODULE_NOT_FOUND' })
} })`)}`

test('without pg a file is used as ever, and for Postgres the message says what to install', async (t) => {
  const cwd = freshFolder(t)
  const env = { ...NOT_SET, NODE_OPTIONS: WITHOUT_PG }
  const help = await millrace(['--help'], { cwd, env })
  assert.equal(help.code, 0, help.stderr)
  const file = await millrace(['runs'], { cwd, env })
  assert.equal(file.code, 66, file.stderr)
  const { code, stderr } = await millrace(['runs', '--db', 'postgres://me@127.0.0.1:1/x'], { cwd, env })
  assert.equal(code, 78)
  assert.match(
    stderr,
    /needs pg and pg-copy-streams beside Millrace: npm install pg pg-copy-streams \[BadConfig\]/,
  )
})
