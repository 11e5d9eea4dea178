/** Bodies come out as they came in, or not at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Query, Reader } from '../../store/index.ts'
import {
  collect,
  commitEach,
  openStore,
  writeBrokenBody,
  writePage,
  writeWithBody,
} from '../testing/fixture.ts'
import { CHUNK_OCTETS_MAX } from './chunks.ts'
import { earlierPage, pagesWithBodies } from './page-bodies.ts'

test('pages come in order of their URLs, each with its body, or null where none was kept', async (t) => {
  const { store } = await openStore(t)
  await store.commit({
    commands: [
      ...writeWithBody({ id: 'b' }, 'same'),
      ...writeWithBody({ id: 'c' }, 'same'),
      ...writeWithBody({ id: 'a' }, new Uint8Array([0, 255, 13])),
      writePage({ id: 'd', status: 301 }),
    ],
  })
  const found = await collect(pagesWithBodies(store, {}))
  assert.deepEqual(
    found.map(({ page, body }) => [page.id, body === null ? null : [...body]]),
    [
      ['a', [0, 255, 13]],
      ['b', [...Buffer.from('same')]],
      ['c', [...Buffer.from('same')]],
      ['d', null],
    ],
  )
})

test('large bodies are read a few at a time', async (t) => {
  const { store } = await openStore(t)
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const id of names)
    await store.commit({ commands: writeWithBody({ id }, id.repeat(CHUNK_OCTETS_MAX / 2)) })
  let most = 0
  const counted: Reader = {
    ...store,
    async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
      if (query.name === 'transfer.bodies') most = Math.max(most, (query.data['digests'] as string[]).length)
      return store.read(query, options)
    },
  }
  const found = await collect(pagesWithBodies(counted, {}))
  assert.deepEqual(
    found.map(({ page, body }) => [page.id, body?.length]),
    names.map((id) => [id, CHUNK_OCTETS_MAX / 2]),
  )
  assert.equal(most, 2)
})

test('a body that is not what its digest says, or is gone while its page is there, is Corrupt', async (t) => {
  for (const isThere of [true, false]) {
    const { store } = await openStore(t)
    const rawSha256 = 'a'.repeat(64)
    const broken = isThere ? [writeBrokenBody(rawSha256, 'changed')] : []
    await store.commit({ commands: [...broken, writePage({ id: 'p', rawSha256 })] })
    await assert.rejects(collect(pagesWithBodies(store, {})), { code: 'Corrupt' })
  }
})

test('the earlier page is the newest one before it that has a body and was answered well', async (t) => {
  const { store } = await openStore(t)
  const url = 'https://site.test/'
  await commitEach(store, [
    writeWithBody({ id: 'oldest', run: 'r0', url }, 'oldest'),
    writeWithBody({ id: 'old', run: 'r1', url }, 'old'),
    writeWithBody({ id: 'failed', run: 'r2', url, status: 500 }, 'oops'),
    [writePage({ id: 'asked', run: 'r3', url, status: 304 })],
    writeWithBody({ id: 'later', run: 'r4', url }, 'later'),
  ])
  const [asked] = await collect(pagesWithBodies(store, { run: 'r3' }))
  assert.ok(asked !== undefined)
  const earlier = await earlierPage(store, asked.page)
  assert.deepEqual([earlier?.page.id, String(Buffer.from(earlier?.body ?? ''))], ['old', 'old'])
})
