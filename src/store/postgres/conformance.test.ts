/** Postgres keeps the store contract. */
import { storeConformance } from '../conformance/index.ts'
import { openStore, prepare } from './testing/conformance-store.ts'

storeConformance('Postgres', openStore, {
  module: new URL('./testing/conformance-store.ts', import.meta.url).href,
  prepare,
})
