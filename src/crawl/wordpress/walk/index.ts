/**
 * walk: turns a collection of posts into pages and documents, first as a whole and then by what changed. It promises that
 * no post that was there all along is missed or stored twice, whatever is added, edited or deleted meanwhile. It never
 * judges whether that was all: the proof does.
 */
export { askList, refused } from './ask-list.ts'
export { cursorAt, nextCursor } from './cursor.ts'
export type { Cursor } from './cursor.ts'
export { keepPosts } from './keep-posts.ts'
export { changes, changesFrom, latestMark, media, walk } from './walk.ts'
