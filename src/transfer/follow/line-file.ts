/** A file of lines that is only ever appended to, and is cut back to its last whole append when one fails. */
import type { FileHandle } from 'node:fs/promises'

/** The end of a file, opened for appending. */
export class LineFile {
  readonly #handle: FileHandle
  #end: number
  #isTorn = false

  /** `end`: the bytes it holds. */
  constructor(handle: FileHandle, end: number) {
    this.#handle = handle
    this.#end = end
  }

  /** Appends whole lines and syncs, so that a power loss can harm no append but the last. */
  async append(lines: string): Promise<void> {
    const bytes = Buffer.from(lines)
    await this.#mend()
    this.#isTorn = true
    await this.#handle.appendFile(bytes)
    await this.#handle.datasync()
    this.#isTorn = false
    this.#end += bytes.length
  }

  /** Syncs and closes. */
  async close(): Promise<void> {
    try {
      await this.#mend()
      await this.#handle.sync()
    } finally {
      await this.#handle.close()
    }
  }

  async #mend(): Promise<void> {
    if (!this.#isTorn) return
    await this.#handle.truncate(this.#end)
    this.#isTorn = false
  }
}
