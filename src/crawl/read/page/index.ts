/**
 * page: turns the bytes of one page into a reading: what its document says, and the raw body ready to be kept. It
 * promises that whatever is in the bytes ends in a reading or in one error of that page, also where they end or hang the
 * thread that reads them. It never fetches and never stores.
 */
export { compress, decompress } from './compress.ts'
export { readFetched, readStored } from './page-work.ts'
export type { FetchedBody, RawBody, ReadBody, StoredBody } from './page-work.ts'
export { createPageReader } from './page-reader.ts'
export type { PageReader, PageReaderOptions } from './page-reader.ts'
export { readerOf } from './readers.ts'
export { EXTRACTOR_VERSION } from './reading.ts'
export type { Reading } from './reading.ts'
