/**
 * Applies one encoded unit inside the transaction that is open: idempotency key, guards, commands, change rows. It
 * reads the tape that `encodeUnit` wrote, and prepares each statement once for the life of the connection.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { BIND_NOW, BIND_POSITION, type Compiled, type CompiledStatement } from '../../catalog.ts'
import type { Stored } from '../../codec.ts'
import { packResults, unpackResults, type Applied, type RawResult } from '../../queue/index.ts'

type Tape = readonly (Stored | number)[]

interface PreparedStatement {
  readonly statement: StatementSync
  /** Known from SQLite itself: `WITH ... UPDATE` gives none and `WITH ... SELECT` does. */
  readonly givesRows: boolean
}

/** Applies units one after the other within the caller's transaction. */
export class UnitRunner {
  readonly #db: DatabaseSync
  readonly #compiled: readonly Compiled[]
  readonly #prepared = new Map<CompiledStatement, PreparedStatement>()
  readonly #putChange: StatementSync
  readonly #findKey: StatementSync
  readonly #putKey: StatementSync
  readonly #onCommand: (index: number) => void
  #tape: Tape = []
  #at = 0
  #position = 0
  #now = 0

  /** `onCommand` is told the index of each command before it is run. */
  constructor(db: DatabaseSync, compiled: readonly Compiled[], onCommand: (index: number) => void) {
    this.#db = db
    this.#onCommand = onCommand
    this.#compiled = compiled
    // A second change of the same row in one unit leaves one change row, with the last op.
    this.#putChange = db.prepare(`INSERT INTO changes (position, noun, id, op) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET op = excluded.op`)
    this.#findKey = db.prepare('SELECT position, results FROM commits WHERE key = ?')
    this.#putKey = db.prepare('INSERT INTO commits (key, position, results, at) VALUES (?, ?, ?, ?)')
  }

  /** Applies `tape` as the unit after `latest`. @throws whatever the unit did wrong; the caller undoes its rows */
  run(tape: Tape, latest: number, now: number): Applied {
    this.#tape = tape
    this.#at = 0
    this.#position = latest + 1
    this.#now = now
    const key = this.#next() as string | null
    const known = key === null ? undefined : this.#findKey.get(key)
    if (known !== undefined) return repeatOf(known)
    this.#checkGuards()
    const results = this.#runCommands()
    const hasChanged = results.some(([changed]) => changed > 0)
    const position = hasChanged ? this.#position : latest
    if (key !== null) this.#putKey.run(key, position, packResults(results), now)
    return { position, repeated: false, results }
  }

  #next(): Stored {
    return this.#tape[this.#at++] as Stored
  }

  #checkGuards(): void {
    for (let left = Number(this.#next()); left > 0; left--) {
      const guard = this.#compiled[Number(this.#next())] as Compiled
      const statement = guard.statements[0] as CompiledStatement
      const holds = this.#prepare(statement).statement.get(...this.#bind(statement)) !== undefined
      this.#at += guard.paramCount
      if (!holds) throw new MillraceError('GuardFailed', guard.otherwise, { facts: { guard: guard.name } })
    }
  }

  #runCommands(): RawResult[] {
    const results: RawResult[] = []
    for (let left = Number(this.#next()); left > 0; left--) {
      const index = Number(this.#next())
      const command = this.#compiled[index] as Compiled
      this.#onCommand(index)
      let changed = 0
      const given: (readonly Stored[])[] = []
      for (let rows = Number(this.#next()); rows > 0; rows--) {
        for (const statement of command.statements) changed += this.#runStatement(statement, given)
        this.#at += command.paramCount
      }
      results.push([changed, given])
    }
    return results
  }

  #runStatement(statement: CompiledStatement, given: (readonly Stored[])[]): number {
    const prepared = this.#prepare(statement)
    if (!prepared.givesRows) {
      const changed = Number(prepared.statement.run(...this.#bind(statement)).changes)
      if (changed > 0 && statement.noun !== null)
        this.#recordChange(statement, this.#tape[this.#at + statement.idFrom])
      return statement.noun === null ? 0 : changed
    }
    const rows = prepared.statement.all(...this.#bind(statement)) as unknown as (readonly Stored[])[]
    if (statement.gives) given.push(...rows)
    if (statement.noun === null) return 0
    for (const row of rows) this.#recordChange(statement, row[0])
    return rows.length
  }

  #recordChange(statement: CompiledStatement, id: Stored | undefined): void {
    this.#putChange.run(this.#position, statement.noun, id as string, statement.op)
  }

  #bind(statement: CompiledStatement): Stored[] {
    return statement.binds.map((bind) => {
      if (bind === BIND_POSITION) return this.#position
      return bind === BIND_NOW ? this.#now : (this.#tape[this.#at + bind] as Stored)
    })
  }

  #prepare(compiled: CompiledStatement): PreparedStatement {
    const known = this.#prepared.get(compiled)
    if (known !== undefined) return known
    const statement = this.#db.prepare(compiled.sql)
    const givesRows = statement.columns().length > 0
    if (!givesRows && compiled.noun !== null && compiled.idFrom < 0) {
      throw new MillraceError(
        'Fault',
        `its changes are named by what it returns, and it returns nothing: ${compiled.sql}`,
      )
    }
    if (givesRows) statement.setReturnArrays(true)
    const prepared = { statement, givesRows }
    this.#prepared.set(compiled, prepared)
    return prepared
  }
}

function repeatOf(row: Record<string, unknown>): Applied {
  const results = unpackResults(String(row['results']))
  return { position: Number(row['position']), repeated: true, results }
}
