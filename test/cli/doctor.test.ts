/** `doctor` as a user types it: on what a crawl left, while somebody works, and after a kill. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { openStore } from '../../src/index.ts'
import { systemClock } from '../../src/model/index.ts'
import type { WatchedStore } from '../../src/store/sqlite/index.ts'
import { millrace } from './crawled-demo.ts'

interface Report {
  readonly ok: boolean
  readonly checks: readonly {
    readonly name: string
    readonly status: string
    readonly detail: string
    readonly advice: string | null
  }[]
}

function freshPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'a.db')
}

async function doctor(path: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await millrace(['doctor', '--db', path, '--json', ...args])
  assert.equal(stderr, '')
  const report = JSON.parse(stdout) as Report
  const found = (name: string) => report.checks.find((check) => check.name === name)
  return { code, report, found }
}

/** Puts a job into the hands of a process. */
function giveJob(path: string, id: string, process: string, leaseUntil: number): void {
  const db = new DatabaseSync(path, { timeout: 5_000 })
  db.prepare(
    `INSERT INTO jobs VALUES (:id, 'r', 'k', :id, 'a', 'running', 0, 0, '{}', 0, 3, 0, 0, 0, 1, :process, :leaseUntil,
      NULL, NULL, 0, NULL, 1)`,
  ).run({ id, process, leaseUntil })
  db.close()
}

test('a sound database is told line by line for a person, and as one document for a program', async (t) => {
  const path = freshPath(t)
  await (await openStore(path)).close()
  const { code, stdout, stderr } = await millrace(['doctor', '--db', path])
  assert.deepEqual([code, stderr], [0, ''])
  const lines = stdout.trim().split('\n')
  assert.ok(
    lines.every((line) => /^ok {4}[a-z]+ +\S/.test(line)),
    stdout,
  )
  const { report } = await doctor(path, '--full')
  assert.equal(report.ok, true)
  const names = report.checks.map(({ name }) => name)
  assert.deepEqual(
    [names.length, names.includes('references'), names.includes('bodies') && names.includes('duplicates')],
    [lines.length + 3, true, true],
  )
  assert.deepEqual(Object.keys(report.checks[0] ?? {}), ['name', 'status', 'detail', 'advice'])
})

test('without a database the exit code is 66', async (t) => {
  const { code, stdout } = await millrace(['doctor', '--db', freshPath(t)])
  assert.deepEqual([code, stdout], [66, ''])
})

test('a failed check is told with what to do and exit code 65, and leases are not looked for', async (t) => {
  const path = freshPath(t)
  writeFileSync(path, 'this is no database; '.repeat(1_000))
  const { code, report, found } = await doctor(path)
  assert.deepEqual([code, report.ok, found('file')?.status, found('leases')], [65, false, 'fail', undefined])
  const { stdout } = await millrace(['doctor', '--db', path])
  assert.match(stdout, /^FAIL {2}file +.*\[ForeignDatabase\]\n +-> \S/)
})

test('jobs in hand are told by process; those of a process that is gone, and late ones, are a warning', async (t) => {
  const path = freshPath(t)
  const store = await openStore(path)
  const soon = systemClock.now() + 3_600_000
  giveJob(path, 'held', store.process, soon)
  const sound = await doctor(path)
  assert.deepEqual([sound.code, sound.found('leases')?.status], [0, 'ok'])
  assert.equal(sound.found('leases')?.detail, `1 in hand of process ${process.pid}`)
  assert.match(sound.found('processes')?.detail ?? '', new RegExp(`^at work: ${process.pid} `))
  giveJob(path, 'late', store.process, 1)
  const late = await doctor(path)
  assert.deepEqual([late.code, late.found('leases')?.status], [0, 'warn'])
  assert.equal(late.found('leases')?.detail, `2 in hand of process ${process.pid}, 1 past their lease`)
  await store.close()
  giveJob(path, 'left', 'gone', soon)
  const left = await doctor(path)
  assert.deepEqual([left.code, left.report.ok, left.found('leases')?.status], [0, true, 'warn'])
  assert.match(left.found('leases')?.detail ?? '', /in hand of a process that ended/)
  assert.match(left.found('leases')?.advice ?? '', /nothing is lost/)
})

test('an older schema is a warning, and doctor does not upgrade it', async (t) => {
  const path = freshPath(t)
  await (await openStore(path)).close()
  const db = new DatabaseSync(path)
  db.exec('DELETE FROM schema_migrations')
  const { code, found } = await doctor(path)
  assert.deepEqual([code, found('schema')?.status, found('leases')], [0, 'warn', undefined])
  assert.equal(db.prepare('SELECT count(*) AS steps FROM schema_migrations').get()?.['steps'], 0)
  db.close()
})

test('--watch tells the figures of the processes at work, and nothing of one that has closed', async (t) => {
  const path = freshPath(t)
  const store = await openStore(path, 'a test')
  await store.forgetProcess('nobody')
  const look = async () => {
    const { code, stdout } = await millrace(['doctor', '--watch', '--times', '1', '--json', '--db', path])
    assert.equal(code, 0)
    return JSON.parse(stdout) as WatchedStore
  }
  // It tells once a second: soon there is something to see.
  let watched = await look()
  while (watched.processes.length === 0) watched = await look()
  assert.deepEqual([watched.processes[0]?.pid, watched.processes[0]?.command], [process.pid, 'a test'])
  assert.equal(typeof watched.walBytes, 'number')
  await store.close()
  assert.deepEqual((await look()).processes, [])
  const { code, stdout } = await millrace(['doctor', '--watch', '--times', '2', '--db', path])
  assert.deepEqual([code, stdout.match(/no process of Millrace is at work/g)?.length], [0, 2])
})

test('--watch with a number of looks that is none is refused', async (t) => {
  const { code, stderr } = await millrace(['doctor', '--watch', '--times', 'often', '--db', freshPath(t)])
  assert.equal(code, 64)
  assert.match(stderr, /--times: expected a whole number of at least 1, got "often"/)
})
