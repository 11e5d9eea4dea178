/** A name is a row of its folder: until the folder is synced, a power loss can take a new or renamed file away. */
import { open } from 'node:fs/promises'

/** Makes the names in a folder survive power loss. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folder as a file; NTFS journals its names by itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
