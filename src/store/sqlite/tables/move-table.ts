/**
 * What a target keeps of the move into it: one row, there from its first transaction on. While it is not finished,
 * nobody else opens the database.
 */
import type { DatabaseSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { type BegunMove, movedOn, moveUnfinished, type MoveState } from '../../portable/index.ts'
import { tablesOf } from './shapes.ts'
import { quoted } from './table-reader.ts'

/**
 * Goes on with a move, or begins one in a database without rows; returns what it was before.
 * @throws MillraceError CannotCreate when it holds rows that no move brought, Busy when another move went on in it
 */
export function beginMove(db: DatabaseSync, { mark, found, position }: BegunMove): MoveState['state'] {
  const { state, mark: kept } = moveOf(db)
  const path = db.location() ?? ''
  if (state === 'data') throw holdsData(path, 'holds data that no move brought')
  if (kept !== found) throw movedOn(path)
  if (state === 'moved') {
    const reached = db.prepare("SELECT value FROM counters WHERE name = 'position'").get()?.['value']
    if (reached !== position) throw holdsData(path, 'was worked with since the move was finished')
    db.exec('UPDATE moves SET is_finished = 0')
  }
  if (state === 'empty') {
    // `derived` is how far derived tables are made: null not at all, -1 to the end.
    db.exec(`CREATE TABLE moves (id INTEGER PRIMARY KEY, is_finished INTEGER NOT NULL, derived INTEGER,
        mark TEXT NOT NULL) STRICT;
      CREATE TABLE moves_put_back (name TEXT PRIMARY KEY, sql TEXT NOT NULL) STRICT, WITHOUT ROWID`)
    db.prepare('INSERT INTO moves (id, is_finished, mark) VALUES (1, 0, ?)').run(mark)
  }
  return state
}

/** Makes it what it was before `beginMove`. */
export function withdrawMove(db: DatabaseSync, before: MoveState['state']): void {
  if (before === 'empty') endMove(db)
  if (before === 'moved') db.exec('UPDATE moves SET is_finished = 1')
}

/** @throws MillraceError MoveUnfinished when the database is in the middle of a move */
export function refuseUnfinishedMove(db: DatabaseSync): void {
  if (!hasTable(db, 'moves') || moveOf(db).state === 'moved') return
  throw moveUnfinished(`sqlite:${db.location() ?? ''}`)
}

/** What the database is to a move. */
export function moveOf(db: DatabaseSync): MoveState {
  if (hasTable(db, 'moves')) {
    const row = db.prepare('SELECT is_finished, mark FROM moves').get()
    return { state: row?.['is_finished'] === 1 ? 'moved' : 'moving', mark: String(row?.['mark']) }
  }
  if (!hasTable(db, 'counters')) return { state: 'empty', mark: null }
  const isEmpty = tablesOf(db).every(({ name }) =>
    name === 'counters'
      ? db.prepare('SELECT 1 FROM counters WHERE value <> 0').get() === undefined
      : db.prepare(`SELECT 1 FROM ${quoted(name)} LIMIT 1`).get() === undefined,
  )
  return { state: isEmpty ? 'empty' : 'data', mark: null }
}

/** Keeps the mark with the rows of the caller's transaction; from here on the move is not finished. */
export function keepMark(db: DatabaseSync, mark: string): void {
  db.prepare('UPDATE moves SET is_finished = 0, derived = NULL, mark = ?').run(mark)
}

/** Opens the database to everybody. */
export function finishMove(db: DatabaseSync, mark: string): void {
  db.prepare('UPDATE moves SET is_finished = 1, mark = ?').run(mark)
}

/** Forgets the move. */
export function endMove(db: DatabaseSync): void {
  db.exec('DROP TABLE moves; DROP TABLE moves_put_back')
}

function hasTable(db: DatabaseSync, name: string): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined
}

function holdsData(path: string, why: string): MillraceError {
  const message = `expected an empty database, or none, as the target, but ${path} ${why}; it was left as it is: choose another --to, compare with \`millrace verify\`, or remove it by hand`
  return new MillraceError('CannotCreate', message)
}
