/**
 * The way through a list that changes while it is read. The next answer begins a second before the last post of this one,
 * always as page 1, so that nothing that is added or deleted behind moves what is ahead; what comes twice is known by its
 * id. Pages are counted only where time does not lead on: within a second that has more posts than an answer holds, which
 * is then read by id, and where an answer is empty though more is announced.
 */
import { moved } from '../api/index.ts'

/** A place in a list that is ordered by a time, in the site's own time. */
export interface Cursor {
  readonly by: 'date' | 'modified'
  /** Posts later than this and earlier than that; null: without end. */
  readonly after: string | null
  readonly before: string | null
  /** From 1. */
  readonly page: number
  /** The second that is read by id; null: the list is read by time. */
  readonly second: string | null
  /** Answers in a row that had no post in them. */
  readonly empty: number
}

/** What an answer at a cursor was. */
export interface Seen {
  /** The posts' times, in the order they came. */
  readonly times: readonly string[]
  /** X-WP-Total and X-WP-TotalPages; null where they were not sent. */
  readonly total: number | null
  readonly pages: number | null
  /** Whether the API said that there is no such page. */
  readonly isBeyond: boolean
}

/** Answers without posts after which the rest is given up: what they hide, the totals will show. */
const EMPTY_MAX = 50

/** The beginning of a list. */
export function cursorAt(by: Cursor['by'], after: string | null, before: string | null = null): Cursor {
  return { by, after, before, page: 1, second: null, empty: 0 }
}

/** Where to go on; null at the end. Every step leads to a later time or a later page, so that there is an end. */
export function nextCursor(cursor: Cursor, seen: Seen): Cursor | null {
  if (cursor.second !== null) return withinSecond(cursor, cursor.second, seen)
  const { times, total, pages } = seen
  const last = times.at(-1)
  if (seen.isBeyond) return null
  if (last === undefined) {
    const isMore = pages !== null && cursor.page < pages && cursor.empty < EMPTY_MAX
    return isMore ? { ...cursor, page: cursor.page + 1, empty: cursor.empty + 1 } : null
  }
  if (cursor.page === 1 && total !== null && times.length >= total) return null
  if (!isInOrder(cursor, times)) {
    // Whoever answers minds neither order nor bounds: what is left are its pages.
    const isMore = pages === null || cursor.page < pages
    return isMore ? { ...cursor, page: cursor.page + 1, empty: 0 } : null
  }
  const after = moved(last, -1)
  if (cursor.after === null || after > cursor.after) return { ...cursor, after, page: 1, empty: 0 }
  return { ...cursor, second: last, page: 1, empty: 0 }
}

function withinSecond(cursor: Cursor, second: string, { times, pages, isBeyond }: Seen): Cursor {
  const empty = times.length === 0 ? cursor.empty + 1 : 0
  const isLast = pages === null ? empty > 0 : cursor.page >= pages
  if (!isBeyond && !isLast && empty < EMPTY_MAX) return { ...cursor, page: cursor.page + 1, empty }
  return { ...cursor, after: second, second: null, page: 1, empty: 0 }
}

function isInOrder({ after }: Cursor, times: readonly string[]): boolean {
  const isLater = after === null || times.every((time) => time > after)
  return isLater && times.every((time, index) => index === 0 || time >= (times[index - 1] ?? ''))
}

/** What to ask for at a cursor. */
export function paramsAt(cursor: Cursor): Readonly<Record<string, string | number | undefined>> {
  const { by, second } = cursor
  const [later, earlier] = by === 'date' ? ['after', 'before'] : ['modified_after', 'modified_before']
  const bounds =
    second === null
      ? { [later]: cursor.after ?? undefined, [earlier]: cursor.before ?? undefined, orderby: by }
      : { [later]: moved(second, -1), [earlier]: moved(second, 1), orderby: 'id' }
  return { ...bounds, order: 'asc', ...(cursor.page > 1 ? { page: cursor.page } : {}) }
}
