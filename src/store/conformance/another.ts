/** A second store on the same place: in this process, or in another one that can be stopped and killed. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fromErrorMessage, moduleBeside, type ErrorMessage } from '../../threads/index.ts'
import { closeOnce } from '../reading/index.ts'
import type { Change, LostProcess, Query, Receipt, Unit } from '../contract.ts'

/** What both kinds of a second store can do. */
export interface AnotherStore {
  readonly process: string
  commit(unit: Unit): Promise<Receipt>
  read<Row>(query: Query<Row>): Promise<readonly Row[]>
  position(): Promise<number>
  changes(position: number, limit: number): Promise<readonly Change[]>
  lostProcesses(): Promise<readonly LostProcess[]>
  forgetProcess(id: string): Promise<void>
  hold(name: string): Promise<AsyncDisposable>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A second store in a process of its own. */
export interface StoreElsewhere extends AnotherStore {
  readonly pid: number
  /** Ends it by SIGKILL; resolves when it has ended. */
  kill(): Promise<void>
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
}

/** What the other process is asked; `id` comes back with the answer. */
export interface Request {
  readonly id: number
  readonly verb: string
  readonly args: readonly unknown[]
}

/** What it answers. */
export type Answer = { readonly id: number } & (
  { readonly value: unknown } | { readonly error: ErrorMessage }
)

/** Processes that open stores through one module. One that has closed its store is there for the next. */
export class StoreProcesses {
  readonly #module: string
  readonly #idle: Calls[] = []

  constructor(module: string) {
    this.#module = module
  }

  /** A store on a place, open when this resolves. Disposing of it closes the store, unless its process was killed. */
  async open(folder: string): Promise<StoreElsewhere> {
    const calls = this.#idle.pop() ?? new Calls(this.#module)
    const [process, pid] = (await calls.ask('open', folder)) as [string, number]
    const close = closeOnce(async () => {
      if (calls.isGone) return
      await calls.ask('close')
      this.#idle.push(calls)
    })
    return { ...storeOf(calls), process, pid, close, [Symbol.asyncDispose]: close }
  }

  /** Ends the processes that nobody uses. */
  async end(): Promise<void> {
    await Promise.all(this.#idle.map((calls) => calls.kill()))
  }
}

function storeOf(
  calls: Calls,
): Omit<StoreElsewhere, 'process' | 'pid' | 'close' | typeof Symbol.asyncDispose> {
  return {
    commit: (unit) => calls.ask('commit', unit) as Promise<Receipt>,
    read: <Row>(query: Query<Row>) => calls.ask('read', query) as Promise<readonly Row[]>,
    position: () => calls.ask('position') as Promise<number>,
    changes: (position, limit) => calls.ask('changes', position, limit) as Promise<readonly Change[]>,
    lostProcesses: () => calls.ask('lostProcesses') as Promise<readonly LostProcess[]>,
    forgetProcess: (id) => calls.ask('forgetProcess', id) as Promise<void>,
    async hold(name) {
      await calls.ask('hold', name)
      return { [Symbol.asyncDispose]: () => calls.ask('letGo', name) as Promise<void> }
    },
    kill: () => calls.kill(),
    signal: (signal) => calls.signal(signal),
  }
}

/** Questions to a process, each settled by its answer or by its end. */
class Calls {
  readonly gone: Promise<void>
  isGone = false
  readonly #child: ChildProcess
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>()
  #last = 0

  constructor(module: string) {
    const script = moduleBeside(import.meta.url, 'child')
    this.#child = fork(script, [module], { serialization: 'advanced' })
    this.gone = once(this.#child, 'exit').then(() => this.#end())
    this.#child.on('message', (answer: Answer) => this.#settle(answer))
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async kill(): Promise<void> {
    if (!this.isGone) this.#child.kill('SIGKILL')
    await this.gone
  }

  ask(verb: string, ...args: readonly unknown[]): Promise<unknown> {
    if (this.isGone) return Promise.reject(new Error(`the other process has ended: ${verb}`))
    const id = ++this.#last
    const asked = Promise.withResolvers<unknown>()
    this.#open.set(id, asked)
    this.#child.send({ id, verb, args } satisfies Request)
    return asked.promise
  }

  #settle(answer: Answer): void {
    const asked = this.#open.get(answer.id)
    this.#open.delete(answer.id)
    if ('error' in answer) asked?.reject(fromErrorMessage(answer.error))
    else asked?.resolve(answer.value)
  }

  #end(): void {
    this.isGone = true
    for (const asked of this.#open.values()) asked.reject(new Error('the other process has ended'))
    this.#open.clear()
  }
}
