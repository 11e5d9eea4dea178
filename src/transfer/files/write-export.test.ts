/** A file is whole or as it was; a pipe is obeyed, and may close. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { isMillraceError, MillraceError, type ErrorCode } from '../../model/index.ts'
import { writeExport } from './write-export.ts'

function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-write-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function* linesOf(count: number, onLine: (number: number) => void = () => undefined) {
  for (let number = 1; number <= count; number++) {
    onLine(number)
    yield `line ${number}\n`
  }
}

const text = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('')
const withCode = (code: ErrorCode) => (error: unknown) => isMillraceError(error, code)

test('a file holds all lines, and nothing else is left in the folder', async (t) => {
  const folder = freshFolder(t)
  await writeExport(linesOf(30_000), { file: join(folder, 'out.jsonl') })
  assert.equal(readFileSync(join(folder, 'out.jsonl'), 'utf8'), text(30_000))
  assert.deepEqual(readdirSync(folder), ['out.jsonl'])
})

test('an export of nothing is an empty file', async (t) => {
  const file = join(freshFolder(t), 'out')
  await writeExport(linesOf(0), { file })
  assert.equal(readFileSync(file, 'utf8'), '')
})

test('a database is not replaced', async (t) => {
  const file = join(freshFolder(t), 'site.db')
  const database = 'SQLite format 3\0 and more'
  writeFileSync(file, database)
  await assert.rejects(writeExport(linesOf(1), { file }), withCode('CannotCreate'))
  assert.equal(readFileSync(file, 'utf8'), database)
})

test('until the last line is written the old file stays, and the new one is a hidden neighbour', async (t) => {
  const folder = freshFolder(t)
  const file = join(folder, 'out')
  writeFileSync(file, 'old')
  const seen: string[] = []
  const look = (number: number) => {
    if (number === 20_000) seen.push(readFileSync(file, 'utf8'), ...readdirSync(folder).toSorted())
  }
  await writeExport(linesOf(20_000, look), { file })
  assert.deepEqual([seen[0], seen[2], seen.length], ['old', 'out', 3])
  assert.match(seen[1] ?? '', new RegExp(`^\\.out\\.${process.pid}-[0-9a-f]{16}\\.tmp$`))
  assert.equal(readFileSync(file, 'utf8'), text(20_000))
})

test('when the lines fail, their error comes out, the old file stays and the new one is gone', async (t) => {
  const folder = freshFolder(t)
  const file = join(folder, 'out')
  writeFileSync(file, 'old')
  const failure = new MillraceError('Timeout', 'the read took too long')
  const fail = (number: number) => {
    if (number === 20_000) throw failure
  }
  await assert.rejects(writeExport(linesOf(30_000, fail), { file }), failure)
  assert.equal(readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(readdirSync(folder), ['out'])
})

test('when it is aborted, at any line, the old file stays and the new one is gone', async (t) => {
  for (const last of [1, 20_000, 30_000]) {
    const folder = freshFolder(t)
    const file = join(folder, 'out')
    writeFileSync(file, 'old')
    const stop = new AbortController()
    const lines = linesOf(30_000, (number) => {
      if (number === last) stop.abort()
    })
    await assert.rejects(writeExport(lines, { file }, { signal: stop.signal }), withCode('Aborted'))
    assert.equal(readFileSync(file, 'utf8'), 'old')
    assert.deepEqual(readdirSync(folder), ['out'])
  }
})

test('two exports into one file at once leave one of them, whole', async (t) => {
  const folder = freshFolder(t)
  const file = join(folder, 'out')
  await Promise.all([writeExport(linesOf(20_000), { file }), writeExport(linesOf(30_000), { file })])
  assert.ok([text(20_000), text(30_000)].includes(readFileSync(file, 'utf8')))
  assert.deepEqual(readdirSync(folder), ['out'])
})

test('an abort after the last line still leaves the old file', async (t) => {
  const file = join(freshFolder(t), 'out')
  writeFileSync(file, 'old')
  const stop = new AbortController()
  async function* lines() {
    yield 'new'
    stop.abort()
  }
  await assert.rejects(writeExport(lines(), { file }, { signal: stop.signal }), withCode('Aborted'))
  assert.equal(readFileSync(file, 'utf8'), 'old')
})

test('a file that is replaced keeps its mode, and a link keeps pointing to it', async (t) => {
  const folder = freshFolder(t)
  const file = join(folder, 'real')
  writeFileSync(file, 'old')
  chmodSync(file, 0o640)
  symlinkSync(file, join(folder, 'link'))
  await writeExport(linesOf(1), { file: join(folder, 'link') })
  assert.equal(readFileSync(file, 'utf8'), text(1))
  assert.equal(statSync(file).mode & 0o777, 0o640)
  assert.deepEqual(readdirSync(folder).toSorted(), ['link', 'real'])
})

test('a device is written to and never replaced', async () => {
  await writeExport(linesOf(10), { file: '/dev/null' })
  assert.ok(statSync('/dev/null').isCharacterDevice())
})

test('a full disk, a missing folder, a folder, a name that is too long each have their code', async (t) => {
  const folder = freshFolder(t)
  mkdirSync(join(folder, 'folder'))
  const cases: readonly (readonly [string, ErrorCode])[] = [
    ['/dev/full', 'DiskFull'],
    [join(folder, 'missing', 'out'), 'CannotCreate'],
    [join(folder, 'folder'), 'CannotCreate'],
    [join(folder, 'x'.repeat(255)), 'CannotCreate'],
  ]
  for (const [file, code] of cases)
    await assert.rejects(writeExport(linesOf(1), { file }), withCode(code), file)
  assert.deepEqual(readdirSync(folder), ['folder'])
})

// Files are made by nobody in /sys, root included, so this holds for whoever runs the tests.
const noSys = process.platform !== 'linux' && 'only Linux has /sys'
test('a folder in which nothing may be made is NoPermission', { skip: noSys }, async () => {
  await assert.rejects(writeExport(linesOf(1), { file: '/sys/millrace-out' }), withCode('NoPermission'))
})

test('a stream gets all lines and stays open', async () => {
  const stream = new PassThrough({ highWaterMark: 1_000_000_000 })
  await writeExport(linesOf(30_000), { stream })
  assert.equal(stream.writableEnded, false)
  assert.equal(String(stream.read()), text(30_000))
})

test('a slow stream is waited for: no more is read than it took, but for one piece', async () => {
  let read = 0
  const taken: string[] = []
  const waiting: (() => void)[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      taken.push(chunk)
      waiting.push(done)
      stream.emit('taken')
    },
  })
  const firstTaken = once(stream, 'taken')
  const written = writeExport(
    linesOf(100_000, (number) => (read = number)),
    { stream },
  )
  await firstTaken
  const readBefore = read
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  assert.equal(read, readBefore, 'nothing more is read while the stream has not taken it')
  assert.ok(read < 20_000, `${read} lines were read for a stream that took none`)
  stream.on('taken', () => waiting.shift()?.())
  waiting.shift()?.()
  await written
  assert.equal(taken.join(''), text(100_000))
})

test('a reader that closes the pipe ends the export quietly, and the lines are let go', async () => {
  const child = spawn('head', ['-c', '6'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let isLetGo = false
  async function* endless() {
    try {
      for (;;) yield* linesOf(10_000)
    } finally {
      isLetGo = true
    }
  }
  const seen = readAll(child.stdout)
  await writeExport(endless(), { stream: child.stdin })
  assert.ok(isLetGo)
  assert.equal(await seen, 'line 1')
  await writeExport(linesOf(1), { stream: child.stdin })
})

test('a stream that fails otherwise says so', async () => {
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    },
  })
  await assert.rejects(writeExport(linesOf(1), { stream }), withCode('DiskFull'))
})

test('an abort ends the wait for a stream that takes nothing', async () => {
  const stop = new AbortController()
  const stream = new Writable({ write: () => setImmediate(() => stop.abort()) })
  await assert.rejects(writeExport(linesOf(30_000), { stream }, { signal: stop.signal }), withCode('Aborted'))
})

test('a stream that is written to in turn keeps no listener of ours', async () => {
  const stream = new PassThrough({ highWaterMark: 1_000_000_000 })
  const before = stream.listenerCount('error')
  for (let turn = 0; turn < 3; turn++) await writeExport(linesOf(1), { stream })
  assert.equal(stream.listenerCount('error'), before)
})
