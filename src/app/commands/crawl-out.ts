/** `crawl --out`: a file of documents that grows with the crawl. */
import type { Bus } from '../../bus/index.ts'
import { toMillraceError, type MillraceError } from '../../model/index.ts'
import type { Store } from '../../store/index.ts'
import { followRun } from '../../transfer/index.ts'

/** What is followed, and where to. */
export interface FollowOutOptions {
  readonly store: Store
  readonly bus: Bus
  readonly run: string
  readonly file: string | undefined
}

/** Appends documents as they are committed until it is disposed of, and then the rest. @throws MillraceError BadInput */
export async function followOut({ store, bus, run, file }: FollowOutOptions): Promise<AsyncDisposable> {
  if (file === undefined) return { [Symbol.asyncDispose]: () => Promise.resolve() }
  const follower = await followRun(store, { run, file })
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
      }
    },
  }
}
