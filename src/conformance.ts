/**
 * `millrace/conformance`: the suite a store must pass, for whoever writes a backend of their own or puts something around
 * ours. docs/conformance.md shows it at work. It is for test files; nothing of Millrace itself loads it.
 */
export { storeConformance, suiteDefinitions } from './store/conformance/index.ts'
export type { BackendOptions, ConformanceOptions, OpenStore } from './store/conformance/index.ts'
export { openSqlite } from './store/sqlite/index.ts'
export type {
  Change,
  Command,
  Definition,
  Guard,
  LostProcess,
  Query,
  Reader,
  Receipt,
  SqlChunk,
  Store,
  Unit,
} from './store/index.ts'
export { MillraceError } from './model/index.ts'
