/**
 * The other process of the suite: opens the place it is named through the module it is named, and does what it is asked.
 * Arguments: URL of the module, folder.
 */
import { toErrorMessage } from '../../threads/index.ts'
import { toMillraceError } from '../../model/index.ts'
import type { Query, Store, Unit } from '../contract.ts'
import type { Answer, Request } from './another.ts'
import { suiteDefinitions, type OpenStore } from './bench.ts'

const [module = '', folder = ''] = process.argv.slice(2)
const { openStore } = (await import(module)) as { readonly openStore: OpenStore }
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
  close: (store) => store.close(),
}

process.on('message', (request: Request) => {
  void answerTo(request).then((answer) => process.send?.(answer))
})
// Whoever started it has ended, or has disposed of it.
process.on('disconnect', () => process.exit())

async function answerTo({ id, verb, args }: Request): Promise<Answer> {
  try {
    const store = await (opened ??= openStore({ folder, definitions: suiteDefinitions }))
    return { id, value: await verbs[verb]?.(store, ...(args as never[])) }
  } catch (error) {
    return { id, error: toErrorMessage(toMillraceError(error)) }
  }
}
