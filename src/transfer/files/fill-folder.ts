/** Many files and one index of them, written a few at a time: a million small files wait for the disk, not for each other. */
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MillraceError } from '../../model/index.ts'
import { systemCode } from './file-error.ts'
import type { Piece } from './write-export.ts'

/** Files being written at the same time. */
const AT_ONCE = 16

/** One line of the index, and the file it is of, if any. */
export interface FolderEntry {
  /** From the folder, with / between its parts; made by us, never taken from outside as it is. */
  readonly path?: string
  readonly content?: Uint8Array
  readonly index: object
  /** A path that is there already holds the same. Default: false, it is a mistake. */
  readonly isNamedByContent?: boolean
}

/** What was written so far: counted up while it is. */
export interface Filling {
  files: number
  /** Of the files, without the index. */
  bytes: number
}

/** Writes the files, synced, and gives the lines of the index in the order of the entries. */
export async function* fillFolder(
  folder: string,
  entries: AsyncIterable<FolderEntry>,
  filled: Filling,
): AsyncGenerator<Piece> {
  const writing = new Set<Promise<void>>()
  const failures: unknown[] = []
  try {
    for await (const entry of entries) {
      const written = writeEntry(folder, entry, filled)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => writing.delete(written))
      writing.add(written)
      yield `${JSON.stringify(entry.index)}\n`
      if (writing.size >= AT_ONCE) await Promise.race(writing)
      if (failures.length > 0) throw failures[0]
    }
  } finally {
    // Nobody may write into a folder that is about to be renamed or removed.
    await Promise.all(writing)
  }
  if (failures.length > 0) throw failures[0]
}

async function writeEntry(
  folder: string,
  { path, content, isNamedByContent = false }: FolderEntry,
  filled: Filling,
): Promise<void> {
  if (path === undefined || content === undefined) return
  try {
    await writeNew(join(folder, path), content)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
    if (isNamedByContent) return
    throw new MillraceError('Fault', `two documents have the path ${path}`, { cause: error })
  }
  filled.files++
  filled.bytes += content.byteLength
}

async function writeNew(path: string, content: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx').catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error
    await mkdir(dirname(path), { recursive: true })
    return open(path, 'wx')
  })
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
