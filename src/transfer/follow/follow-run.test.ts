/** A file that follows a run is, after whatever happened to it, the file an undisturbed run would have made. */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isMillraceError } from '../../model/index.ts'
import type { Command, Query, Reader, Store } from '../../store/index.ts'
import { exportRows } from '../export/index.ts'
import { writeExport } from '../files/index.ts'
import { jsonLines } from '../formats/index.ts'
import { collect, commitEach, openStore, writeBoth, writeDocument, writePage } from '../testing/fixture.ts'
import { followRun } from './follow-run.ts'

const run = 'r1'
const badInput = (error: unknown) => isMillraceError(error, 'BadInput')

/** Follows once: opens, catches up, closes. */
async function follow(reader: Reader, file: string, of: string = run): Promise<number> {
  const follower = await followRun(reader, { run: of, file })
  try {
    return await follower.catchUp()
  } finally {
    await follower.close()
  }
}

const read = (file: string) => readFileSync(file, 'utf8')
const ids = (file: string) =>
  read(file)
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { readonly id: string }).id)

/** A store with a few documents, and the whole bytes of the file that follows them. */
async function followed(t: TestContext, names: readonly string[]) {
  const { store, folder } = await openStore(t)
  await commitEach(
    store,
    names.map((name) => writeBoth(name, { text: `é ${name}` })),
  )
  const file = join(folder, 'out.jsonl')
  await follow(store, file)
  return { store, folder, file, whole: readFileSync(file) }
}

test('documents are appended in the order they were committed, each once, in the form of an export', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  const follower = await followRun(store, { run, file })
  assert.equal(await follower.catchUp(), 0)
  await commitEach(store, [writeBoth('b'), [writePage({ id: 'none', status: 404 })], writeBoth('a')])
  assert.equal(await follower.catchUp(), 2)
  await commitEach(store, [writeBoth('other', { run: 'r2' }), writeBoth('c')])
  assert.equal(await follower.catchUp(), 1)
  assert.equal(await follower.catchUp(), 0)
  await follower.close()
  assert.deepEqual(ids(file), ['d-b', 'd-a', 'd-c'])
  const exported = await collect(jsonLines(exportRows(store, { kind: 'documents', run })))
  assert.deepEqual(
    read(file)
      .split(/(?<=\n)/)
      .toSorted(),
    exported.toSorted(),
  )
})

test('a file is gone on with by a new follower where the last one ended', async (t) => {
  const { store, file } = await followed(t, ['b', 'a'])
  assert.equal(await follow(store, file), 0)
  await commitEach(store, [writeBoth('0')])
  assert.equal(await follow(store, file), 1)
  assert.deepEqual(ids(file), ['d-b', 'd-a', 'd-0'])
})

test('pages of one unit share a position; the file goes on among them', async (t) => {
  const { store, folder } = await openStore(t)
  const names = ['c', 'a', 'b', 'e', 'd']
  await store.commit({ commands: names.flatMap((name): Command[] => writeBoth(name)) })
  const file = join(folder, 'out.jsonl')
  await follow(store, file)
  const whole = read(file)
  const lines = whole.split(/(?<=\n)/)
  for (let kept = 0; kept <= lines.length; kept++) {
    writeFileSync(file, lines.slice(0, kept).join(''))
    assert.equal(await follow(store, file), lines.length - kept)
    assert.equal(read(file), whole)
  }
})

test('two pages that share one unchanged document are two lines', async (t) => {
  const { store, folder } = await openStore(t)
  const url = 'https://site.test/a'
  await commitEach(store, [
    writeBoth('a', { url }),
    [writePage({ id: 'again', run: 'r2', url, document: 'd-a' })],
  ])
  const file = join(folder, 'second.jsonl')
  assert.equal(await follow(store, file, 'r2'), 1)
  assert.equal(await follow(store, file, 'r2'), 0)
  assert.equal((JSON.parse(read(file)) as { readonly run: string }).run, 'r2')
})

test('a URL with a fragment is found again by its url key', async (t) => {
  const { store, file } = await followed(t, [])
  await commitEach(store, [writeBoth('x', { url: 'https://site.test/x#part' }), writeBoth('y')])
  await follow(store, file)
  const whole = read(file)
  truncateSync(file, whole.indexOf('\n') + 1)
  assert.equal(await follow(store, file), 1)
  assert.equal(read(file), whole)
})

test('a file cut at any byte of its lines is made whole again', async (t) => {
  const { store, file, whole } = await followed(t, ['b', 'a'])
  for (let kept = 0; kept <= whole.length; kept++) {
    writeFileSync(file, whole.subarray(0, kept))
    await follow(store, file)
    assert.ok(readFileSync(file).equals(whole), `cut after ${kept} of ${whole.length} bytes`)
  }
})

test('a file whose end was never written and is NUL bytes is made whole again, wherever they begin', async (t) => {
  const { store, file, whole } = await followed(t, ['b', 'a', 'c'])
  for (let kept = 0; kept <= whole.length; kept += 7) {
    writeFileSync(file, Buffer.concat([whole.subarray(0, kept), Buffer.alloc(5_000)]))
    await follow(store, file)
    assert.ok(readFileSync(file).equals(whole), `NUL after ${kept} bytes`)
  }
})

test('a hole of NUL bytes before whole lines is found, and what follows it is written again', async (t) => {
  const { store, file, whole } = await followed(t, ['b', 'a', 'c'])
  for (let start = 0; start < whole.length; start += 11) {
    const holed = Buffer.from(whole)
    holed.fill(0, start, Math.min(start + 40, holed.length))
    writeFileSync(file, holed)
    await follow(store, file)
    assert.ok(readFileSync(file).equals(whole), `hole at ${start}`)
  }
})

test('documents committed after the crash follow the ones that were torn', async (t) => {
  const { store, file, whole } = await followed(t, ['b', 'a'])
  truncateSync(file, whole.length - 10)
  await commitEach(store, [writeBoth('c')])
  assert.equal(await follow(store, file), 2)
  assert.deepEqual(ids(file), ['d-b', 'd-a', 'd-c'])
})

test('a document larger than the window at the end of the file is read as one line', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  const text = '\u0001'.repeat(3_000_000)
  await commitEach(store, [writeBoth('small'), writeBoth('large', { text })])
  await follow(store, file)
  const { size } = statSync(file)
  assert.ok(size > 16_000_000, 'each U+0001 takes six bytes in JSON')
  assert.equal(await follow(store, file), 0)
  truncateSync(file, size - 1)
  assert.equal(await follow(store, file), 1)
  assert.equal(statSync(file).size, size)
})

test('a file that is not of this run is refused and left as it is', async (t) => {
  const { store, folder, whole } = await followed(t, ['b', 'c', 'a'])
  await commitEach(store, [
    [writePage({ id: 'again', run: 'r2', url: 'https://site.test/a', document: 'd-a' })],
  ])
  const other = join(folder, 'other.jsonl')
  await follow(store, other, 'r2')
  const ofOther = readFileSync(other)
  const byUrl = join(folder, 'by-url.jsonl')
  await writeExport(jsonLines(exportRows(store, { kind: 'documents', run })), { file: byUrl })
  const pages = join(folder, 'pages.jsonl')
  await writeExport(jsonLines(exportRows(store, { kind: 'pages', run })), { file: pages })
  const unknown = whole.toString().replaceAll('https://site.test/', 'https://elsewhere.test/')
  const first = whole.subarray(0, whole.indexOf('\n') + 1)
  const contents: Readonly<Record<string, Buffer | string>> = {
    'a line of another run': ofOther,
    'a line of another run at the end': Buffer.concat([whole, ofOther]),
    'a line of another run behind a damaged one': Buffer.concat([whole, Buffer.from('{"torn\n'), ofOther]),
    'a torn line of another run': ofOther.subarray(0, 80),
    'the same documents in another order': readFileSync(byUrl),
    'pages of the run': readFileSync(pages),
    'documents this store does not have': unknown,
    'a doubled line': Buffer.concat([whole, whole.subarray(whole.lastIndexOf('\n', -2) + 1)]),
    'a lost line': whole.subarray(first.length),
    'JSON that is no document': '{"hello": 1}\n',
    'JSON that is no object': '[1]\nnull\n',
    'other text': 'dear diary\ntoday',
    'text without a line end': 'x',
    'a document line without its run': first.toString().replace(/"run":"r1",/, ''),
  }
  const file = join(folder, 'foreign')
  for (const [what, content] of Object.entries(contents)) {
    writeFileSync(file, content)
    const before = readFileSync(file)
    await assert.rejects(followRun(store, { run, file }), badInput, what)
    assert.ok(readFileSync(file).equals(before), `${what} was altered`)
  }
})

test('the refusal says what was found and what to do', async (t) => {
  const { store, file } = await followed(t, ['a'])
  await assert.rejects(followRun(store, { run: 'r9', file }), (error) => {
    assert.match(
      String(error),
      /run r9.*found a line of run r1; the file was left as it is: choose another file/,
    )
    return true
  })
})

test('a torn start is refused while the run has no document that could have begun so', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  writeFileSync(file, '{"id":"d-a"')
  await assert.rejects(followRun(store, { run, file }), badInput)
  assert.equal(read(file), '{"id":"d-a"')
})

test('a folder, a missing folder and a device are refused by their codes', async (t) => {
  const { store, folder } = await openStore(t)
  await assert.rejects(followRun(store, { run, file: folder }), (error) =>
    isMillraceError(error, 'CannotCreate'),
  )
  const file = join(folder, 'missing', 'out')
  await assert.rejects(followRun(store, { run, file }), (error) => isMillraceError(error, 'CannotCreate'))
  await assert.rejects(followRun(store, { run, file: '/dev/null' }), badInput)
  assert.ok(!existsSync(file))
})

test('calls at once append each document once, and each sees what was committed before it', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  const follower = await followRun(store, { run, file })
  const calls: Promise<number>[] = []
  for (let number = 0; number < 50; number++) {
    await commitEach(store, [writeBoth(`${number}`)])
    calls.push(follower.catchUp(), follower.catchUp())
    if (number % 7 === 0) await calls.at(-1)
  }
  await Promise.all(calls)
  assert.deepEqual(
    ids(file),
    Array.from({ length: 50 }, (_, number) => `d-${number}`),
  )
  await follower.close()
})

/** A reader whose reads of keys are each held until released; `held` tells of each. */
function holding(store: Store) {
  const gates: (() => void)[] = []
  const events = new EventEmitter()
  const reader: Reader = {
    ...store,
    async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
      const rows = await store.read(query, options)
      if (query.name !== 'transfer.documentsAfter') return rows
      const released = new Promise<void>((resolve) => gates.push(resolve))
      events.emit('held')
      await released
      return rows
    },
  }
  return { reader, release: () => gates.shift()?.(), held: () => once(events, 'held') }
}

test('a call while one has already read waits for the next, which all later calls share', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  const { reader, release, held } = holding(store)
  const follower = await followRun(reader, { run, file })
  await commitEach(store, [writeBoth('a')])
  const firstRead = held()
  const early = follower.catchUp()
  await firstRead
  await commitEach(store, [writeBoth('b')])
  const late = [follower.catchUp(), follower.catchUp(), follower.catchUp()]
  const secondRead = held()
  release()
  assert.equal(await early, 1)
  await secondRead
  release()
  assert.deepEqual(await Promise.all(late), [1, 1, 1])
  assert.deepEqual(ids(file), ['d-a', 'd-b'])
  await follower.close()
})

test('closing waits for what is under way; after it nothing is appended', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  const { reader, release, held } = holding(store)
  const follower = await followRun(reader, { run, file })
  await commitEach(store, [writeBoth('a')])
  const firstRead = held()
  const appended = follower.catchUp()
  await firstRead
  const closed = Promise.all([follower.close(), follower.close()])
  release()
  assert.equal(await appended, 1)
  await closed
  await assert.rejects(follower.catchUp(), (error) => isMillraceError(error, 'Closed'))
  assert.deepEqual(ids(file), ['d-a'])
})

test('a read that fails is heard by its caller, and the next call goes on', async (t) => {
  const { store, folder } = await openStore(t)
  const file = join(folder, 'out.jsonl')
  let isBroken = false
  const reader: Reader = {
    ...store,
    async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
      if (isBroken) throw new Error('broken')
      return store.read(query, options)
    },
  }
  const follower = await followRun(reader, { run, file })
  await commitEach(store, [writeBoth('a')])
  isBroken = true
  await assert.rejects(follower.catchUp(), /broken/)
  isBroken = false
  assert.equal(await follower.catchUp(), 1)
  await follower.close()
})

test('more documents than one read gives are all appended by one call', async (t) => {
  const { store, folder } = await openStore(t)
  const names = Array.from({ length: 450 }, (_, number) => `${number}`)
  await commitEach(
    store,
    names.map((name) => writeBoth(name)),
  )
  const file = join(folder, 'out.jsonl')
  assert.equal(await follow(store, file), 450)
  assert.deepEqual(
    ids(file),
    names.map((name) => `d-${name}`),
  )
  appendFileSync(file, '{"id":')
  assert.equal(await follow(store, file), 0)
})

test('a document version that belongs to no page of the run is not followed', async (t) => {
  const { store, folder } = await openStore(t)
  await commitEach(store, [[writeDocument({ id: 'stray', url: 'https://site.test/stray' })]])
  assert.equal(await follow(store, join(folder, 'out.jsonl')), 0)
})
