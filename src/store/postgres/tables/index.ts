/**
 * tables: turns a Postgres database into a side of a move: the source, read by tables and keys over a connection that can
 * not write, or the target, which takes rows with what is kept of the move in one transaction. It promises that nobody
 * works on a target before its move is finished. It knows no table by its meaning but for full text.
 */
export { refuseUnfinishedMove } from './move-table.ts'
export { openPostgresSource } from './source.ts'
export { openPostgresTarget } from './target.ts'
