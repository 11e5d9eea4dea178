/** Canonically encoded rows into the tables of a target, in the caller's transaction. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { MillraceError } from '../../../model/index.ts'
import { type AppliedRows, RowReader, type TableShape } from '../../portable/index.ts'
import { tablesOf } from './shapes.ts'
import { keyValues, quoted } from './table-reader.ts'

interface Prepared {
  readonly shape: TableShape
  readonly insert: StatementSync
}

/** Writes rows. */
export class RowApplier {
  readonly #db: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Deletes what is replaced, then inserts. @throws MillraceError when a row is there already or breaks a rule */
  apply({ table, replaces, rows }: AppliedRows): void {
    const { shape, insert } = this.#prepare(table)
    if (replaces !== null) this.#remove(shape, replaces)
    const reader = new RowReader(rows.bytes)
    let written = 0
    for (let fields = reader.nextRow(); fields > 0; fields = reader.nextRow()) {
      const values = Array.from({ length: fields }, () => {
        reader.nextField()
        return reader.value
      })
      insert.run(...values)
      written++
    }
    if (written !== rows.rows)
      throw new MillraceError('Fault', `expected ${rows.rows} rows of ${table}, got ${written}`)
  }

  #remove(shape: TableShape, replaces: NonNullable<AppliedRows['replaces']>): void {
    const from = `DELETE FROM ${quoted(shape.name)}`
    if ('ids' in replaces) {
      const where = `${quoted(replaces.column)} IN (SELECT value FROM json_each(?))`
      this.#db.prepare(`${from} WHERE ${where}`).run(JSON.stringify(replaces.ids))
      return
    }
    const { after, upTo } = replaces
    const columns = shape.key.map(quoted).join(', ')
    const places = shape.key.map(() => '?').join(', ')
    const conditions = [
      'true',
      ...(after === null ? [] : [`(${columns}) > (${places})`]),
      ...(upTo === null ? [] : [`(${columns}) <= (${places})`]),
    ]
    const binds = [after, upTo].flatMap((key) => (key === null ? [] : keyValues(shape, key)))
    this.#db.prepare(`${from} WHERE ${conditions.join(' AND ')}`).run(...binds)
  }

  #prepare(table: string): Prepared {
    const known = this.#prepared.get(table)
    if (known !== undefined) return known
    const shape = tablesOf(this.#db).find(({ name }) => name === table)
    if (shape === undefined) throw new MillraceError('Fault', `there is no table "${table}"`)
    const columns = shape.columns.map(({ name }) => quoted(name)).join(', ')
    const places = shape.columns.map(() => '?').join(', ')
    const insert = this.#db.prepare(`INSERT INTO ${quoted(table)} (${columns}) VALUES (${places})`)
    const prepared = { shape, insert }
    this.#prepared.set(table, prepared)
    return prepared
  }
}
