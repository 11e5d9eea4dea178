/** test/wal: how far the write-ahead log grows, seen from outside. It turns a time into the largest size that was seen. */
export { logPart } from './torture-part.ts'
