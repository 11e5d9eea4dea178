/**
 * A folder that appears whole or not at all:
 *
 *   fill .NAME.*.tmp, every file synced -> sync its folders -> NAME to .NAME.*.old -> .tmp to NAME -> remove .old
 *
 * A file system can not change two folders for each other in one step that Node knows, so there is an instant in which
 * NAME is not there. A kill in it leaves the old one under its second name, and the next export puts it back.
 */
import { mkdir, opendir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MillraceError } from '../../model/index.ts'
import { fileError, systemCode } from './file-error.ts'
import { syncFolder } from './sync-folder.ts'
import { sweepLeftovers, temporaryPath } from './temporary-name.ts'

/** Other exports that may put theirs there in the same instant, before this one gives up. */
const TURNS_MAX = 3

/** How a folder is placed. */
export interface PlaceFolder<Filled> {
  /** Writes and syncs every file into the folder it is given. */
  readonly fill: (folder: string) => Promise<Filled>
  /** Whether a folder with these entries, at this path, may be replaced. */
  readonly isOurs: (path: string, entries: readonly string[]) => Promise<boolean>
}

/**
 * Fills a folder and puts it in the place of `path`, which is missing, empty or an earlier one of ours.
 * @throws MillraceError CannotCreate when something else stands there; and as files do
 */
export async function placeFolder<Filled>(
  path: string,
  { fill, isOurs }: PlaceFolder<Filled>,
): Promise<Filled> {
  try {
    await sweepLeftovers(path)
    await requireReplaceable(path, isOurs)
    const temporary = temporaryPath(path, 'tmp')
    try {
      await mkdir(temporary)
      const filled = await fill(temporary)
      await syncFolders(temporary)
      await requireReplaceable(path, isOurs)
      await putInPlace(temporary, path)
      return filled
    } catch (error) {
      // That the remains could not be removed would hide why there are any.
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
      throw error
    }
  } catch (error) {
    throw fileError(error, path)
  }
}

async function requireReplaceable(path: string, isOurs: PlaceFolder<unknown>['isOurs']): Promise<void> {
  const entries = await readdir(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return []
    if (systemCode(error) !== 'ENOTDIR') throw error
    const message = `can not write ${path}: a file stands there, expected a folder or nothing; choose another name`
    throw new MillraceError('CannotCreate', message, { cause: error })
  })
  if (entries.length === 0 || (await isOurs(path, entries))) return
  const message = `can not write ${path}: the folder holds what is no earlier export of Millrace`
  throw new MillraceError(
    'CannotCreate',
    `${message}; it was left as it is: choose another name, or empty it`,
  )
}

async function putInPlace(temporary: string, path: string): Promise<void> {
  for (let turn = 1; ; turn++) {
    const old = await setAside(path)
    try {
      await rename(temporary, path)
      await syncFolder(dirname(path))
      if (old !== undefined) await rm(old, { recursive: true, force: true })
      return
    } catch (error) {
      const isTaken = ['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')
      if (old !== undefined) await (isTaken ? rm(old, { recursive: true, force: true }) : rename(old, path))
      if (!isTaken || turn === TURNS_MAX) throw error
    }
  }
}

/** Where what stood there is now; undefined when there was nothing. */
async function setAside(path: string): Promise<string | undefined> {
  const old = temporaryPath(path, 'old')
  try {
    await rename(path, old)
    return old
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function syncFolders(folder: string): Promise<void> {
  for await (const entry of await opendir(folder)) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name))
  }
  await syncFolder(folder)
}
