/** What a conformance case gets: a place of its own, and a way to open a store there as often as it likes. */
import type { TestContext } from 'node:test'
import type { Clock } from '../../model/index.ts'
import type { Store } from '../contract.ts'
import type { Definition } from '../declare.ts'
import { conformanceDefinitions } from './declared.ts'
import { valueDefinitions } from './declared-values.ts'
import { freshFolder } from './fresh-folder.ts'

/** How a backend is asked for a store. What it does not need it may ignore. */
export interface ConformanceOptions {
  /** A folder of this case alone, empty at first; the same folder means the same store, with what it held. */
  readonly folder: string
  readonly definitions: readonly Definition[]
  readonly clock?: Clock
  readonly changesKept?: number
  readonly limits?: { readonly queueRowsMax?: number; readonly fullWaitMs?: number }
}

/** All that the suite declares. */
export const suiteDefinitions: readonly Definition[] = [...conformanceDefinitions, ...valueDefinitions]

/** Opens the backend's store. */
export type OpenStore = (options: ConformanceOptions) => Promise<Store>

/** The place of one case. */
export interface Bench {
  /** Opens the case's store; the case closes it before it opens it again. */
  open(options?: Omit<ConformanceOptions, 'folder' | 'definitions'>): Promise<Store>
  /** The same, in a place of its own. */
  openElsewhere(): Promise<OtherPlace>
}

/** A place of its own, for a property that begins afresh many times. */
export interface OtherPlace {
  open(): Promise<Store>
}

/** Sentences about behaviour, and what shows that they hold. */
export type Cases = Readonly<Record<string, (bench: Bench) => Promise<void>>>

/** The bench of a test. */
export function benchOf(t: TestContext, open: OpenStore): Bench {
  const openIn = (folder: string, options: Omit<ConformanceOptions, 'folder' | 'definitions'> = {}) =>
    open({ folder, definitions: suiteDefinitions, ...options })
  const folder = freshFolder(t)
  return {
    open: (options) => openIn(folder, options),
    async openElsewhere() {
      const place = freshFolder(t)
      return { open: () => openIn(place) }
    },
  }
}
