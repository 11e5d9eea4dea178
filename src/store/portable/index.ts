/**
 * portable: turns a store's rows, as they are stored and whatever they mean, into one canonical encoding and back, and
 * says what a backend must offer so that they can be moved to another one; and how the backends write what they have in
 * common. It promises that equal rows have equal bytes on every backend, and different ones different bytes. It opens no
 * database.
 */
export { numbered, postgresType, replaceParameters, withoutHints } from './dialect.ts'
export type { Dialect } from './dialect.ts'
export { copyBytes, type Field, RowReader, RowWriter } from './encoding.ts'
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
export { movedOn, moveUnfinished } from './unfinished.ts'
