/**
 * tables: turns a file into a side of a move: the source, read by tables and keys, or the target, which takes rows with
 * what is kept of the move in one transaction. It promises that a source is never written, not even its log, and that
 * nobody works on a target before its move is finished. It knows no table by its meaning but for full text.
 */
export { refuseUnfinishedMove } from './move-table.ts'
export { openSqliteSource } from './source.ts'
export { openSqliteTarget } from './target.ts'
