/** `crawl --out`: a file of documents that grows with the crawl. */
import { resolve } from 'node:path'
import type { Bus } from '../../bus/index.ts'
import { isMillraceError, MillraceError, toMillraceError } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { followRun } from '../../transfer/index.ts'

/** What is followed, and where to. */
export interface FollowOutOptions {
  readonly store: Store
  readonly bus: Bus
  readonly run: string
  readonly file: string | undefined
}

/** Appends documents as they are committed until it is disposed of, and then the rest. @throws MillraceError BadInput, Busy */
export async function followOut({ store, bus, run, file }: FollowOutOptions): Promise<AsyncDisposable> {
  if (file === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() }
  const owned = await own(store, file)
  const follower = await followRun(store, { run, file }).catch(async (error: unknown) => {
    await owned[Symbol.asyncDispose]()
    throw error
  })
  let failure: MillraceError | undefined
  const unlisten = bus.listen('crawl.settled', () => {
    follower.catchUp().catch((error: unknown) => {
      failure ??= toMillraceError(error)
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      unlisten()
      try {
        if (failure !== undefined) throw failure
        await follower.catchUp()
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
