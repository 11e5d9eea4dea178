/** What a conformance case gets: a place of its own, and ways to open a store there as often as it likes. */
import type { TestContext } from 'node:test'
import type { Clock } from '../../model/index.ts'
import type { Store } from '../contract.ts'
import type { Definition } from '../declare.ts'
import type { StoreElsewhere, StoreProcesses } from './another.ts'
import { conformanceDefinitions } from './declared.ts'
import { valueDefinitions } from './declared-values.ts'
import { freshFolder } from './fresh-folder.ts'

/** How a backend is asked for a store. What it does not need it may ignore. */
export interface ConformanceOptions {
  /**
   * A folder of this case alone, empty at first; the same folder means the same store, with what it held. A backend that
   * keeps its stores elsewhere than on this disk goes by the folder's name, or by what `prepare` left there.
   */
  readonly folder: string
  readonly definitions: readonly Definition[]
  readonly clock?: Clock
  readonly changesKept?: number
  readonly limits?: { readonly queueRowsMax?: number; readonly fullWaitMs?: number }
}

/** All that the suite declares: commands, guards and queries in SQL that every backend takes. */
export const suiteDefinitions: readonly Definition[] = [...conformanceDefinitions, ...valueDefinitions]

/** Opens the backend's store. */
export type OpenStore = (options: ConformanceOptions) => Promise<Store>

/** What the suite must know of a backend beside how to open it. */
export interface BackendOptions {
  /** URL of a module that exports `openStore`, an OpenStore: other processes open the same places through it. */
  readonly module: string
  /** Makes the place a folder stands for, before anyone opens it, such as a database whose URL it leaves in there. */
  readonly prepare?: ((folder: string, t: TestContext) => Promise<void>) | undefined
}

type Opening = Omit<ConformanceOptions, 'folder' | 'definitions'>

/** The place of one case. */
export interface Bench {
  /** Opens the case's store, also while it is open already: then there are two. */
  open(options?: Opening): Promise<Store>
  /** Opens the case's store in another process. */
  openInProcess(): Promise<StoreElsewhere>
  /** The same, in a place of its own. */
  openElsewhere(): Promise<OtherPlace>
}

/** A place of its own, for a property that begins afresh many times. */
export interface OtherPlace {
  open(): Promise<Store>
}

/** Sentences about behaviour, and what shows that they hold. */
export type Cases = Readonly<Record<string, (bench: Bench) => Promise<void>>>

/** What the benches of a suite share. */
export interface BenchParts {
  readonly open: OpenStore
  readonly processes: StoreProcesses
  readonly prepare: BackendOptions['prepare']
}

/** The bench of a test. */
export function benchOf(t: TestContext, { open, processes, prepare }: BenchParts): Bench {
  const makePlace = async () => {
    const folder = freshFolder(t)
    await prepare?.(folder, t)
    return folder
  }
  const openIn = (folder: string, options: Opening = {}) =>
    open({ folder, definitions: suiteDefinitions, ...options })
  let place: Promise<string> | undefined
  const own = () => (place ??= makePlace())
  return {
    open: async (options) => openIn(await own(), options),
    openInProcess: async () => processes.open(await own()),
    async openElsewhere() {
      const folder = await makePlace()
      return { open: () => openIn(folder) }
    },
  }
}
