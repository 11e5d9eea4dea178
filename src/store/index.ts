/**
 * store: turns units of declared commands into durable rows, and declared queries into rows read back. It promises
 * that a unit is applied wholly or not at all, that a receipt means durable, that units take positions in commit
 * order, and that a refused unit says whether it can have been applied. It holds the engine, the schema migrations and
 * the contract; it never holds another folder's SQL, keeps no transaction open while anyone works, and never drops a
 * unit.
 */
export type { Codec, Shape, Values } from './codec.ts'
export type {
  Change,
  Command,
  Compaction,
  CopyOptions,
  CopyProgress,
  Durability,
  Guard,
  LostProcess,
  Query,
  Reader,
  Receipt,
  Result,
  SqlChunk,
  Store,
  StoreCopy,
  Unit,
  Upkeep,
} from './contract.ts'
export { command, guard, insert, insertNew, query, sqlName, table, upsert } from './declare.ts'
export type { CommandMaker, Definition, Statement, Table } from './declare.ts'
export type { Check, Inspection, RegisteredProcess } from './finding.ts'
export { CHUNK, moveUnfinished, RowReader, RowWriter, TRACKED } from './portable/index.ts'
export type {
  AppliedRows,
  BegunMove,
  Chunk,
  Column,
  ColumnType,
  Field,
  Key,
  KeyRange,
  MoveState,
  Rows,
  SourceSide,
  TableShape,
  TableSize,
  TargetSide,
  Touched,
} from './portable/index.ts'
export { toPortable } from './portable-text.ts'
