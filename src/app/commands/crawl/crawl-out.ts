/** `crawl --out`: a file of documents that grows with the crawl. */
import { resolve } from 'node:path'
import type { Bus } from '../../../bus/index.ts'
import { isMillraceError, MillraceError, toMillraceError } from '../../../model/index.ts'
import type { Store } from '../../../store/index.ts'
import { followRun } from '../../../transfer/index.ts'
import type { CrawlPause } from './crawl-pause.ts'

/** What is followed, and where to. */
export interface FollowOutOptions {
  readonly store: Store
  readonly bus: Bus
  readonly run: string
  readonly file: string | undefined
  /** Waits for room where the file is. */
  readonly pause: CrawlPause
}

/** A file that grows with the crawl until it is disposed of. */
export interface FollowedOut extends AsyncDisposable {
  /** Resolves when every document committed so far is in the file. @throws MillraceError when it can not be written */
  finish(): Promise<void>
}

/**
 * Appends documents as they are committed until it is disposed of, and then the rest. Where the file's disk is full,
 * the crawl itself goes on, and the file catches up. @throws MillraceError BadInput, Busy
 */
export async function followOut({ store, bus, run, file, pause }: FollowOutOptions): Promise<FollowedOut> {
  if (file === undefined)
    return { finish: async () => undefined, [Symbol.asyncDispose]: async () => undefined }
  const owned = await own(store, file)
  const follower = await followRun(store, { run, file }).catch(async (error: unknown) => {
    await owned[Symbol.asyncDispose]()
    throw error
  })
  let failure: MillraceError | undefined
  let waiting: Promise<void> | undefined
  const catchUp = () => follower.catchUp()
  const waitForRoom = async () => {
    try {
      await pause.untilRoom(file, catchUp)
    } catch (error) {
      failure ??= toMillraceError(error)
    }
    waiting = undefined
  }
  const note = (error: unknown) => {
    if (isMillraceError(error, 'DiskFull')) waiting ??= waitForRoom()
    else failure ??= toMillraceError(error)
  }
  const unlisten = bus.listen('crawl.settled', () => void catchUp().catch(note))
  const finish = async () => {
    await waiting
    if (failure !== undefined) throw failure
    await pause.untilRoom(file, catchUp)
  }
  return {
    finish,
    async [Symbol.asyncDispose]() {
      unlisten()
      try {
        await finish()
      } finally {
        await follower.close()
        await owned[Symbol.asyncDispose]()
      }
    },
  }
}

/** Two processes that append to one file would double and tear its lines. */
async function own(store: Store, file: string): Promise<AsyncDisposable> {
  try {
    return await store.hold(`out ${resolve(file)}`)
  } catch (error) {
    if (!isMillraceError(error, 'Busy')) throw error
    const message = `--out: another crawl is writing ${file}; choose another file, or wait until it has ended`
    throw new MillraceError('Busy', message, { cause: error })
  }
}
