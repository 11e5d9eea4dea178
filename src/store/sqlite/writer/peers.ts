/** The other processes on the file: who of them has been lost, and forgetting those. */
import type { DatabaseSync } from 'node:sqlite'
import type { RoomWait } from '../disk/index.ts'
import { isProcessLost, removeProcessLock, transactWhenFree } from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { OPEN_WAIT_MS, type WriteConnection } from './write-connection.ts'
import type { WriterData } from './writer-data.ts'

/** What is known of the others. */
export class Peers {
  readonly #path: string
  readonly #own: string
  #alive = 0

  constructor({ path, process }: WriterData) {
    this.#path = path
    this.#own = process.id
  }

  /** How many others lived when they were last looked at. */
  get alive(): number {
    return this.#alive
  }

  /** Those that registered and hold their lock no more. */
  lost(db: DatabaseSync): readonly { readonly id: string; readonly pid: number }[] {
    const others = db.prepare('SELECT id, pid FROM processes WHERE id <> ?').all(this.#own)
    // A process that closes removes its row before its lock, so who has neither by now has not been lost.
    const isKnown = db.prepare('SELECT 1 FROM processes WHERE id = ?')
    const lost = others.filter(
      ({ id }) => isProcessLost(this.#path, String(id)) && isKnown.get(String(id)) !== undefined,
    )
    this.#alive = others.length - lost.length
    return lost.map((other) => ({ id: String(other['id']), pid: Number(other['pid']) }))
  }

  /** Removes a lost process's row and side files. @throws MillraceError */
  forget(id: string, { db, stop }: WriteConnection, room: RoomWait): void {
    const remove = db.prepare('DELETE FROM processes WHERE id = ?')
    const full = room.run(() => {
      try {
        transactWhenFree(db, OPEN_WAIT_MS, () => remove.run(id))
        return undefined
      } catch (thrown) {
        const error = sqliteError(thrown)
        if (error.code === 'DiskFull') return error
        stop.note(error)
        throw error
      }
    })
    if (full !== undefined) throw full
    removeProcessLock(this.#path, id)
  }
}
