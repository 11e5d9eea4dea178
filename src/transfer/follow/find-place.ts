/** Where a file left off: decided from the file and the store together, before a byte of the file is changed. */
import type { FileHandle } from 'node:fs/promises'
import { urlKey } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import { readLines } from '../export/index.ts'
import { jsonLine } from '../formats/index.ts'
import { countLines, foreign, readTail, type KnownLine, type Tail } from './file-tail.ts'
import { documentsAfter, placeOf } from './follow-keys.ts'

/** The place right after a page: its position, and its url key among the pages of that position. */
export interface Place {
  readonly position: number
  readonly urlKey: string
}

/** A file that can be continued: its bytes up to `end` are the run's documents up to `place`. */
export interface Found {
  readonly end: number
  readonly place: Place
}

const START: Place = { position: 0, urlKey: '' }

/** @throws MillraceError BadInput when the file is not this run's documents in commit order */
export async function findPlace(reader: Reader, handle: FileHandle, run: string): Promise<Found> {
  const stat = await handle.stat()
  if (!stat.isFile()) throw foreign(run, 'something that is no regular file')
  const tail = await readTail(handle, run)
  if (tail.last !== null) {
    const lines = await countLines(handle, tail.end)
    return { end: tail.end, place: await placeAfter(reader, run, tail.last, lines) }
  }
  await checkTornStart(reader, run, tail)
  return { end: 0, place: START }
}

/*
 * The count tells a file that follows from one that only ends alike: an export of the run in order of url keys, or a
 * file that two processes followed into.
 */
async function placeAfter(reader: Reader, run: string, last: KnownLine, lines: number): Promise<Place> {
  const key = urlKey(last.url)
  const [place] = await reader.read(placeOf({ run, urlKey: key }))
  if (place === undefined) throw foreign(run, `a document this store does not have: ${last.url}`)
  if (place.lines === lines) return { position: place.position, urlKey: key }
  throw foreign(run, `${lines} lines where the run committed ${place.lines} documents up to its last one`)
}

/** Bytes before the first whole line are ours only when the run's first line begins so; NULs are what was never written. */
async function checkTornStart(reader: Reader, run: string, { rest }: Tail): Promise<void> {
  const firstNul = rest.indexOf(0)
  const written = firstNul < 0 ? rest : rest.subarray(0, firstNul)
  if (written.length === 0) return
  const [first] = await reader.read(
    documentsAfter({ run, after: START.position, urlKey: START.urlKey, limit: 1 }),
  )
  const [line] = first === undefined ? [] : await readLines.documents(reader, [first])
  const expected = Buffer.from(line === undefined ? '' : jsonLine(line))
  if (!expected.subarray(0, written.length).equals(written)) throw foreign(run, 'something else')
}
