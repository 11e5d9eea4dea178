/**
 * What a target keeps of the move into it: one row, there from its first transaction on. While it is not finished,
 * nobody else opens the database.
 */
import { MillraceError } from '../../../model/index.ts'
import { type BegunMove, movedOn, type MoveState, moveUnfinished } from '../../portable/index.ts'
import type { Connection } from '../connect/index.ts'
import { quoted } from './quoting.ts'
import { tablesOf } from './shapes.ts'

const ONE_MOVE = "to_regclass(quote_ident(current_schema()) || '.moves') IS NOT NULL"

/**
 * To be asked by whoever opens the database, after its row of `processes` is committed: a move looks at those rows
 * after it has said that it is there, so one of the two sees the other.
 * @throws MillraceError MoveUnfinished
 */
export async function refuseUnfinishedMove(connection: Connection, name: string): Promise<void> {
  if (!(await hasMove(connection))) return
  const { rows } = await connection.run({ text: 'SELECT 1 FROM moves WHERE is_finished = 0' })
  if (rows.length > 0) throw moveUnfinished(name)
}

/** What a schema that a Millrace made is to a move. */
export async function moveOf(connection: Connection): Promise<MoveState> {
  if (await hasMove(connection)) {
    const { rows } = await connection.run({ text: 'SELECT is_finished, mark FROM moves' })
    return { state: rows[0]?.[0] === 1 ? 'moved' : 'moving', mark: String(rows[0]?.[1]) }
  }
  for (const { name } of await tablesOf(connection)) {
    const where = name === 'counters' ? 'WHERE value <> 0' : ''
    const { rows } = await connection.run({ text: `SELECT 1 FROM ${quoted(name)} ${where} LIMIT 1` })
    if (rows.length > 0) return { state: 'data', mark: null }
  }
  return { state: 'empty', mark: null }
}

/**
 * Goes on with a move, or begins one in a database without rows, in the caller's transaction, which holds the row of the
 * position; returns what it was before.
 * @throws MillraceError CannotCreate when it holds rows that no move brought, Busy when another move went on in it
 */
export async function beginMove(
  connection: Connection,
  name: string,
  { mark, found, position }: BegunMove,
): Promise<MoveState['state']> {
  const { state, mark: kept } = await moveOf(connection)
  if (state === 'data') throw holdsData(name, 'holds data that no move brought')
  if (kept !== found) throw movedOn(name)
  if (state === 'moved') {
    const { rows } = await connection.run({ text: "SELECT value FROM counters WHERE name = 'position'" })
    if (rows[0]?.[0] !== position) throw holdsData(name, 'was worked with since the move was finished')
    await connection.run({ text: 'UPDATE moves SET is_finished = 0' })
  }
  if (state === 'empty') {
    // `derived` is how far derived tables are made: null not at all, -1 to the end.
    await connection.run({
      text: `CREATE TABLE moves (id bigint PRIMARY KEY, is_finished bigint NOT NULL, derived bigint,
          mark text COLLATE "C" NOT NULL);
        CREATE TABLE moves_put_back (name text COLLATE "C" PRIMARY KEY, sql text COLLATE "C" NOT NULL)`,
    })
    await connection.run({
      text: 'INSERT INTO moves (id, is_finished, mark) VALUES (1, 0, $1)',
      params: [mark],
    })
  }
  return state
}

/** Makes it what it was before `beginMove`. */
export async function withdrawMove(connection: Connection, before: MoveState['state']): Promise<void> {
  if (before === 'empty') await connection.run({ text: 'DROP TABLE moves, moves_put_back' })
  if (before === 'moved') await connection.run({ text: 'UPDATE moves SET is_finished = 1' })
}

async function hasMove(connection: Connection): Promise<boolean> {
  const { rows } = await connection.run({ text: `SELECT ${ONE_MOVE}` })
  return rows[0]?.[0] === 1
}

function holdsData(name: string, why: string): MillraceError {
  const message = `expected an empty database as the target, but ${name} ${why}; it was left as it is: choose another --to, compare with \`millrace verify\`, or remove it by hand`
  return new MillraceError('CannotCreate', message)
}
