/** The thread that reads pages, with faults where the title of a page asks for one. */
import { serveThread } from '../../../../threads/index.ts'
import { readFetched, readStored, type FetchedBody, type StoredBody } from '../index.ts'
import { decompress } from '../compress.ts'

function fault(body: Uint8Array): void {
  const found = /^<!doctype html><title>FAULT-(THROW|EXIT|HANG|MEMORY)/.exec(
    Buffer.from(body).toString('latin1'),
  )?.[1]
  if (found === 'THROW') throw new TypeError('the extractor met what it did not expect')
  if (found === 'EXIT') process.exit(1)
  if (found === 'HANG') for (;;);
  // In small pieces: a large one at the limit ends the whole process, before the thread can be ended.
  if (found === 'MEMORY') for (let hoard: object = {}; ;) hoard = { hoard }
}

serveThread({
  readFetched(page: FetchedBody) {
    if (page.isDocument) fault(page.body)
    return readFetched(page)
  },
  readStored(page: StoredBody) {
    fault(decompress(page))
    return readStored(page)
  },
})
