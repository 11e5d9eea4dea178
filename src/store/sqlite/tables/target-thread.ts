/**
 * The thread that writes the target of a move. Rows and what is kept of the move are one transaction; a power cut can
 * take back the last of them, both alike, until `finish`, which waits for the disk.
 */
import { chmodSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { serveThread } from '../../../threads/index.ts'
import type { AppliedRows, BegunMove, MoveState } from '../../portable/index.ts'
import { syncFolder } from '../disk/index.ts'
import { migrate, prepareFile, transactWhenFree } from '../file/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import { Derived } from './derived.ts'
import { beginMove, endMove, finishMove, keepMark, withdrawMove } from './move-table.ts'
import { checkReferences, emptyTables, loosenIndexes, putBackNext } from './put-back.ts'
import { RowApplier } from './row-applier.ts'

/** What the thread is started with. */
export interface TargetData {
  readonly path: string
  readonly now: number
}

/** Rows and the mark that go together. */
export interface ApplyRequest {
  readonly changes: readonly AppliedRows[]
  readonly mark: string
}

/** How long somebody else's write, which can only be an opening that is about to be refused, is waited for. */
const WAIT_MS = 30_000
const LOG_BYTES_MAX = 64 * 1024 * 1024

const { path, now } = workerData as TargetData
const isNew = !existsSync(path)
// References are not held while rows come in the order of their tables; `checkReferences` looks at them all.
const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false })
const applier = new RowApplier(db)
const derived = new Derived(db)

serveThread(
  {
    begin(begun: BegunMove) {
      if (isNew) chmodSync(path, 0o600)
      prepareFile(db, { waitMsMax: WAIT_MS, logBytesMax: LOG_BYTES_MAX })
      migrate(db, now)
      const before = inOne(() => beginMove(db, begun))
      db.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768')
      syncFolder(dirname(path))
      return before
    },
    withdraw: (before: MoveState['state']) => inOne(() => withdrawMove(db, before)),
    loosen: () => inOne(() => loosenIndexes(db)),
    apply: ({ changes, mark }: ApplyRequest) =>
      inOne(() => {
        for (const change of changes) applier.apply(change)
        keepMark(db, mark)
      }),
    putBack: () => inOne(() => putBackNext(db)),
    derive: () => inOne(() => derived.makeSome()),
    check: () => checkReferences(db),
    finish(mark: string) {
      db.exec('PRAGMA synchronous = FULL')
      inOne(() => finishMove(db, mark))
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    undo() {
      db.exec('PRAGMA synchronous = FULL')
      inOne(() => {
        emptyTables(db)
        derived.empty()
        endMove(db)
      })
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    close: () => db.close(),
  },
  sqliteError,
)

function inOne<T>(work: () => T): T {
  return transactWhenFree(db, WAIT_MS, work)
}
