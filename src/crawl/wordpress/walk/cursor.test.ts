/** The walk through a list, against lists of every kind: no post is passed over, and there is always an end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { siteTime } from '../api/index.ts'
import { cursorAt, nextCursor, paramsAt, type Cursor, type Seen } from './cursor.ts'

interface Row {
  readonly id: number
  readonly second: number
  /** Counted, and not shown. */
  readonly isHidden: boolean
}

const BASE = Date.UTC(2024, 0, 1)
const timeOf = (second: number): string => siteTime(BASE + second * 1000)

/** What a server answers, which orders posts of one second as it likes. */
function answer(
  rows: readonly Row[],
  cursor: Cursor,
  perPage: number,
): { seen: Seen; ids: readonly number[] } {
  const params = paramsAt(cursor)
  const [after, before] = [String(params['after'] ?? ''), String(params['before'] ?? '~')]
  const inOrder = params['orderby'] === 'id'
  const found = rows
    .filter((row) => timeOf(row.second) > after && timeOf(row.second) < before)
    .sort((a, b) =>
      inOrder ? a.id - b.id : a.second - b.second || ((a.id * 7919) % 31) - ((b.id * 7919) % 31),
    )
  const pages = Math.ceil(found.length / perPage)
  const isBeyond = cursor.page > pages && found.length > 0
  const page = isBeyond ? [] : found.slice((cursor.page - 1) * perPage, cursor.page * perPage)
  const shown = page.filter((row) => !row.isHidden)
  const times = shown.map((row) => timeOf(row.second))
  return { seen: { times, total: found.length, pages, isBeyond }, ids: shown.map((row) => row.id) }
}

function walkAll(
  rows: readonly Row[],
  perPage: number,
): { readonly ids: ReadonlySet<number>; readonly requests: number } {
  const ids = new Set<number>()
  let cursor: Cursor | null = cursorAt('date', null)
  let requests = 0
  while (cursor !== null) {
    const { seen, ids: came } = answer(rows, cursor, perPage)
    for (const id of came) ids.add(id)
    cursor = nextCursor(cursor, seen)
    requests++
    assert.ok(requests <= 20 + 8 * rows.length, 'it has an end')
  }
  return { ids, requests }
}

test('every post that is shown is met, however many share a second, are hidden, or fit an answer', () => {
  const row = fc.record({ second: fc.integer({ min: 0, max: 12 }), isHidden: fc.integer({ min: 0, max: 3 }) })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (made, perPage) => {
      const rows = made.map(({ second, isHidden }, id) => ({ id, second, isHidden: isHidden === 0 }))
      const shown = rows.filter((one) => !one.isHidden).map((one) => one.id)
      assert.deepEqual(
        [...walkAll(rows, perPage).ids].sort((a, b) => a - b),
        shown,
      )
    }),
    { numRuns: 500 },
  )
})

test('a list of posts a second apart takes one request for each answer, and one more for what overlaps', () => {
  const rows = Array.from({ length: 1000 }, (_, id) => ({ id, second: id * 60, isHidden: false }))
  assert.ok(walkAll(rows, 100).requests <= 11)
})

test('an answer in another order, or from before the bound, is read by its pages and not by its last time', () => {
  const cursor = cursorAt('date', timeOf(5))
  const at = { total: 30, pages: 3, isBeyond: false }
  assert.deepEqual(nextCursor(cursor, { ...at, times: [timeOf(9), timeOf(7)] })?.page, 2)
  assert.deepEqual(nextCursor(cursor, { ...at, times: [timeOf(1), timeOf(9)] })?.page, 2)
  assert.equal(nextCursor({ ...cursor, page: 3 }, { ...at, times: [timeOf(9), timeOf(7)] }), null)
})

test('totals that are announced without end do not make a walk without end', () => {
  let cursor: Cursor | null = cursorAt('date', null)
  let requests = 0
  for (; cursor !== null; requests++)
    cursor = nextCursor(cursor, { times: [], total: 1e9, pages: 1e7, isBeyond: false })
  assert.ok(requests <= 60)
})

test('a page that is not there is the end, a short one is not', () => {
  const cursor = cursorAt('modified', null)
  assert.equal(
    nextCursor({ ...cursor, page: 4 }, { times: [], total: null, pages: null, isBeyond: true }),
    null,
  )
  const short = nextCursor(cursor, { times: [timeOf(1)], total: 90, pages: 1, isBeyond: false })
  assert.equal(short?.after, timeOf(0))
})

test('times are sent as the site writes them, without a zone', () => {
  const cursor = { ...cursorAt('modified', timeOf(0), timeOf(9)), page: 3 }
  assert.deepEqual(paramsAt(cursor), {
    modified_after: '2024-01-01T00:00:00',
    modified_before: '2024-01-01T00:00:09',
    orderby: 'modified',
    order: 'asc',
    page: 3,
  })
})
