/** testing: turns a test into one that has a store, on the backend that the run is for. Nothing here is part of the product. */
export { freshPlace, IS_ON_POSTGRES, openTestReader, openTestStore } from './open-store.ts'
export type { Place } from './open-store.ts'
