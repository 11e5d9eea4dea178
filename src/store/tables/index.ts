/**
 * tables: turns a store's rows, as they are stored and whatever they mean, into one canonical encoding and back, and
 * says what a backend must offer so that they can be moved to another one. It promises that equal rows have equal bytes
 * on every backend, and different ones different bytes. It knows no backend and no noun.
 */
export { type Field, RowReader, RowWriter } from './encoding.ts'
export { CHUNK, type ChunkBounds, DERIVED, isCarried, shapeOf, TRACKED, type Tracked } from './shape.ts'
export type { Column, ColumnType, TableShape } from './shape.ts'
export type {
  AppliedRows,
  BegunMove,
  Chunk,
  Key,
  KeyRange,
  MoveState,
  Rows,
  SourceSide,
  TableSize,
  TargetSide,
  Touched,
} from './sides.ts'
export { moveUnfinished } from './unfinished.ts'
