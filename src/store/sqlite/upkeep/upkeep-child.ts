/**
 * The process that handles files. It holds no connection of a store, so it may open and close what is a database; it
 * can be killed at any instant, and a damaged file takes nobody else down with it.
 */
import { toErrorMessage } from '../../../threads/index.ts'
import { sqliteError } from '../sqlite-error.ts'
import type { ChildRequest, ChildWork } from './child-work.ts'
import { copyInOneStep, createPart, seal, syncFile } from './copy-file.ts'
import { livingHolders } from './holders.ts'
import { place } from './place-file.ts'
import { vacuum } from './vacuum.ts'

type Later<Work> = {
  readonly [Op in keyof Work]: Work[Op] extends (payload: infer P) => infer R
    ? (payload: P) => R | Promise<R>
    : never
}

const work: Later<ChildWork> = {
  create: createPart,
  copy: copyInOneStep,
  sync: syncFile,
  seal,
  place,
  holders: livingHolders,
  vacuum,
}

process.on('message', ({ op, payload }: ChildRequest) => {
  void answer(op, payload).then((message) => process.send?.(message, () => undefined))
})
// Whoever asked has died; an answer on its way to it has then nobody to go to.
process.on('disconnect', () => process.exit())
// A terminal's Ctrl-C reaches this process too; whoever asked decides what it means.
process.on('SIGINT', () => undefined)

async function answer(op: ChildRequest['op'], payload: unknown): Promise<object> {
  try {
    return { value: await work[op](payload as never) }
  } catch (error) {
    return { error: toErrorMessage(sqliteError(error)) }
  }
}
