/**
 * conformance: what every store must do, whatever keeps it, as tests that a backend runs on itself. It turns a function
 * that opens a store into one suite of sentences about the contract. It speaks only through the contract and portable
 * SQL, never looks at a backend's files or connections, and knows no backend by name.
 */
import { after, describe, test } from 'node:test'
import { StoreProcesses } from './another.ts'
import { benchOf, type BackendOptions, type Cases, type OpenStore } from './bench.ts'
import { bulkCases } from './bulk.ts'
import { changeCases } from './changes.ts'
import { idempotencyCases } from './idempotency.ts'
import { killedCases } from './killed.ts'
import { modelCases } from './model-cases.ts'
import { orderCases } from './order.ts'
import { queueCases } from './queue.ts'
import { readCases } from './reads.ts'
import { sqlCases } from './sql.ts'
import { togetherCases } from './together.ts'
import { trapCases } from './traps.ts'
import { unitCases } from './units.ts'
import { valueCases } from './values.ts'

export { suiteDefinitions } from './bench.ts'
export type { BackendOptions, ConformanceOptions, OpenStore } from './bench.ts'
export {
  addSource,
  allSources,
  conformanceDefinitions,
  countTo,
  oneSource,
  putSource,
  source,
  sources,
} from './declared.ts'
export { freshFolder } from './fresh-folder.ts'

const SUITES: Readonly<Record<string, Cases>> = {
  units: unitCases,
  idempotency: idempotencyCases,
  queue: queueCases,
  reads: readCases,
  changes: changeCases,
  sql: sqlCases,
  values: valueCases,
  traps: trapCases,
  order: orderCases,
  bulk: bulkCases,
  model: modelCases,
  'two stores in one process': togetherCases((bench) => bench.open()),
  'two processes': togetherCases((bench) => bench.openInProcess()),
  'processes killed and stopped': killedCases,
}

/** Declares the whole suite for one backend. `open` is called again with the same folder to open the same store. */
export function storeConformance(name: string, open: OpenStore, { module, prepare }: BackendOptions): void {
  for (const [suite, cases] of Object.entries(SUITES)) {
    void describe(`${name} keeps the store contract: ${suite}`, { concurrency: 2 }, () => {
      const processes = new StoreProcesses(module)
      after(() => processes.end())
      for (const [sentence, body] of Object.entries(cases)) {
        void test(sentence, (t) => body(benchOf(t, { open, processes, prepare })))
      }
    })
  }
}
