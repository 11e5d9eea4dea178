/** A file as the target of a move: calls to the thread that writes it, while a lock keeps other moves out. */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Clock, isMillraceError, MillraceError, sha256 } from '../../../model/index.ts'
import { moduleBeside, ThreadCalls } from '../../../threads/index.ts'
import { closeOnce } from '../../reading/index.ts'
import type { AppliedRows, BegunMove, MoveState, SourceSide, TargetSide } from '../../portable/index.ts'
import {
  checkEngine,
  checkFolder,
  checkWritable,
  holdNamedLock,
  inspectFile,
  liveProcesses,
  pendingMigrations,
  type ProcessLock,
} from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { moveOf } from './move-table.ts'
import { openForTables } from './open-for-tables.ts'
import { sourceOver } from './source.ts'

const MOVE_LOCK = sha256('millrace move')

/** What `begin` opens. */
interface Opened {
  readonly thread: ThreadCalls
  readonly lock: ProcessLock
}

/** A file that is there or not. Nothing is made before `begin`. @throws MillraceError EngineTooOld, CannotCreate */
export function openSqliteTarget(file: string, clock: Clock): TargetSide {
  checkEngine()
  const path = placeOf(file)
  const opened: { now: Opened | undefined } = { now: undefined }
  const reading: { now: SourceSide | undefined } = { now: undefined }
  const inHand = () => {
    if (opened.now === undefined) throw new MillraceError('Fault', 'the move has not begun')
    return opened.now
  }
  const call = (op: string, payload?: unknown) => inHand().thread.call(op, payload)
  return {
    name: `sqlite:${path}`,
    kind: 'sqlite',
    look: async () => lookAt(path),
    async begin(begun) {
      checkWritable(path)
      inspectFile(path)
      const lock = holdMove(path)
      const workerData = { path, now: clock.now() }
      const thread = new ThreadCalls(moduleBeside(import.meta.url, 'target-thread'), { workerData })
      try {
        await beginAlone(thread, path, begun)
      } catch (error) {
        await thread.stop()
        lock.release()
        throw error
      }
      opened.now = { lock, thread }
    },
    reading: () => (reading.now ??= sourceOver({ path, isTarget: true })),
    loosen: async () => void (await call('loosen')),
    apply: async (changes: readonly AppliedRows[], mark: string) =>
      void (await call('apply', { changes, mark })),
    async complete(tell, signal) {
      for (
        let made: string | undefined;
        (made = (await call('putBack')) as string | undefined) !== undefined;
      ) {
        tell(`index ${made}`)
        signal.throwIfAborted()
      }
      await call('check')
      tell('full text')
      while (await call('derive')) signal.throwIfAborted()
    },
    finish: async (mark) => void (await call('finish', mark)),
    undo: async () => void (await call('undo')),
    close: closeOnce(async () => {
      await reading.now?.close()
      if (opened.now !== undefined) await closeAll(opened.now)
    }),
  }
}

/** Where a link leads to, so that a target has one name only. */
function placeOf(file: string): string {
  const path = resolve(file)
  checkFolder(path)
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
}

function lookAt(path: string): MoveState {
  if (!existsSync(path) || inspectFile(path) === 'none') return { state: 'absent', mark: null }
  const { db, close } = openForTables(path)
  try {
    const hasSchema = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").get()
    if (hasSchema === undefined) return { state: 'empty', mark: null }
    pendingMigrations(db)
    return moveOf(db)
  } catch (error) {
    throw sqliteError(error)
  } finally {
    close()
  }
}

function holdMove(path: string): ProcessLock {
  try {
    return holdNamedLock(path, MOVE_LOCK)
  } catch (cause) {
    if (!isMillraceError(cause, 'Busy')) throw cause
    throw new MillraceError('Busy', `another move into ${path} is at work; wait for its end`, { cause })
  }
}

/** Whoever opened it before the mark was there is at work on it now; who comes later finds the mark. */
async function beginAlone(thread: ThreadCalls, path: string, begun: BegunMove): Promise<void> {
  const before = (await thread.call('begin', begun)) as MoveState['state']
  if (liveProcesses(path).length === 0) return
  await thread.call('withdraw', before)
  throw new MillraceError(
    'Busy',
    `expected nobody at work on ${path}, the target of the move; end that first`,
  )
}

async function closeAll({ thread, lock }: Opened): Promise<void> {
  try {
    if (!thread.isDead) await thread.call('close')
  } finally {
    await thread.stop()
    lock.release()
  }
}
