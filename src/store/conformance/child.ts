/**
 * The other process of the suite: opens the places it is named, one after the other, through the module it was started
 * for, and does what it is asked. Argument: URL of the module.
 */
import { toErrorMessage } from '../../threads/index.ts'
import { toMillraceError } from '../../model/index.ts'
import { closed } from '../queue/index.ts'
import type { Query, Store, Unit } from '../contract.ts'
import type { Answer, Request } from './another.ts'
import { suiteDefinitions, type OpenStore } from './bench.ts'

const { openStore } = (await import(process.argv[2] ?? '')) as { readonly openStore: OpenStore }
const held = new Map<string, AsyncDisposable>()
let opened: Promise<Store> | undefined

const verbs: Readonly<Record<string, (store: Store, ...args: never[]) => unknown>> = {
  open: (store) => [store.process, process.pid],
  commit: (store, unit: Unit) => store.commit(unit),
  read: (store, query: Query) => store.read(query),
  position: (store) => store.position(),
  changes: (store, position: number, limit: number) => store.changes(position, limit),
  lostProcesses: (store) => store.lostProcesses(),
  forgetProcess: (store, id: string) => store.forgetProcess(id),
  async hold(store, name: string) {
    held.set(name, await store.hold(name))
  },
  letGo: (_, name: string) => held.get(name)?.[Symbol.asyncDispose](),
  async close(store) {
    opened = undefined
    held.clear()
    await store.close()
  },
}

process.on('message', (request: Request) => {
  void answerTo(request).then((answer) => process.send?.(answer))
})
// Whoever started it has ended, or has disposed of it.
process.on('disconnect', () => process.exit())

async function answerTo({ id, verb, args }: Request): Promise<Answer> {
  try {
    if (verb === 'open') opened = openStore({ folder: String(args[0]), definitions: suiteDefinitions })
    const store = await opened
    if (store === undefined) throw closed()
    return { id, value: await verbs[verb]?.(store, ...(args as never[])) }
  } catch (error) {
    return { id, error: toErrorMessage(toMillraceError(error)) }
  }
}
