/** The names in a folder must last as its files do. SQLite syncs it too, but does not hear when that fails. */
import { closeSync, constants, fsyncSync, openSync } from 'node:fs'

/** Syncs a folder, which is all it can open. @throws what the operating system says */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
