/** SQLite keeps the store contract. */
import { storeConformance } from '../conformance/index.ts'
import { openStore } from './testing/conformance-store.ts'

storeConformance('SQLite', openStore, {
  module: new URL('./testing/conformance-store.ts', import.meta.url).href,
})
