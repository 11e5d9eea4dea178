/**
 * What a store said of each unit, held against the rows: acknowledged is a part of stored, stored a part of submitted,
 * nothing is there twice, nothing that was refused as not applied is there, and the order of the calls is that of the
 * positions.
 */
import assert from 'node:assert/strict'
import type { Client } from 'pg'
import { toMillraceError, type MillraceError } from '../../../model/index.ts'
import { addSource, conformanceDefinitions, source } from '../../conformance/index.ts'
import { command, type Store, type Unit } from '../../index.ts'

/** Leaves another row each time it is applied: the row's id has the position in it. */
const leaveTrace = command({
  name: 'book.leaveTrace',
  params: { id: 'text' },
  statements: [
    {
      sql: `INSERT INTO sources (id, kind, key, seeds, rules, created_at, position)
        VALUES (:id || ' ' || CAST(:position AS text), 'site', :id || ' ' || CAST(:position AS text), '[]', '{}', 0,
          :position) RETURNING id`,
      changes: { noun: 'source', op: 'put', id: 'returning' },
    },
  ],
})

/** What a store must be opened with. */
export const bookDefinitions = [...conformanceDefinitions, leaveTrace.definition]

interface Told {
  position?: number
  /** Sent again later, out of order. */
  isLate?: boolean
  error?: MillraceError
}

/** The book of one list of units; `tag` tells them from those of others. */
export class Book {
  readonly #tag: string
  readonly #told: Told[] = []

  constructor(tag: string) {
    this.#tag = tag
  }

  /** Commits more units, all at once. Resolves when each is acknowledged or refused. */
  async commit(store: Pick<Store, 'commit'>, count: number): Promise<void> {
    const first = this.#told.length
    for (let number = first; number < first + count; number++) this.#told.push({})
    await Promise.all(Array.from({ length: count }, (_, index) => this.#commitOne(store, first + index)))
  }

  /** Commits again what has a key and was not acknowledged; how many were known. */
  async commitAgain(store: Pick<Store, 'commit'>): Promise<number> {
    const open = this.#told.flatMap(({ error }, number) =>
      error !== undefined && hasKey(number) ? [number] : [],
    )
    for (const number of open) this.#told[number] = { isLate: true }
    const repeated = await Promise.all(open.map((number) => this.#commitOne(store, number)))
    return repeated.filter((isRepeated) => isRepeated).length
  }

  get acknowledged(): number {
    return this.#told.filter(({ position }) => position !== undefined).length
  }

  /** What the others were refused with: "CODE applied", each kind once. */
  get refusals(): readonly string[] {
    const said = this.#told.flatMap(({ error }) =>
      error === undefined ? [] : [`${error.code} ${error.applied}`],
    )
    return [...new Set(said)]
  }

  /** Holds the book against the rows. */
  async compare(client: Client): Promise<void> {
    const { rows } = await client.query<{ id: string; position: string }>({
      text: `SELECT id, position::text FROM sources WHERE split_part(id, ' ', 1) = $1 ORDER BY sources.position, id`,
      values: [this.#tag],
    })
    const stored = Map.groupBy(rows, ({ id }) => Number(id.split(' ')[1]))
    for (const number of stored.keys()) assert.ok(number < this.#told.length, `${number} was never submitted`)
    let latest = 0
    for (const [number, { position, error, isLate }] of this.#told.entries()) {
      const found = stored.get(number) ?? []
      const what = `unit ${number}, ${position ?? error?.message ?? 'not settled'}, is there ${JSON.stringify(found)}`
      assert.equal(position === undefined, error !== undefined, what)
      if (position !== undefined || (error?.applied === 'unknown' && found.length > 0)) {
        assert.equal(found.length, rowsOf(number), what)
        assert.equal(new Set(found.map((row) => row.position)).size, 1, what)
      } else assert.equal(found.length, 0, what)
      if (position === undefined) continue
      assert.equal(Number(found[0]?.position), position, what)
      if (isLate) continue
      assert.ok(position > latest, `${what}, after ${latest}`)
      latest = position
    }
  }

  async #commitOne(store: Pick<Store, 'commit'>, number: number): Promise<boolean> {
    const told = this.#told[number] as Told
    try {
      const { position, repeated } = await store.commit(this.#unit(number))
      told.position = position
      delete told.error
      return repeated
    } catch (error) {
      told.error = toMillraceError(error)
      return false
    }
  }

  #unit(number: number): Unit {
    const id = `${this.#tag} ${number}`
    const key = hasKey(number) ? { key: id } : {}
    if (number % 2 === 0) return { ...key, commands: [leaveTrace({ id })] }
    return { ...key, commands: ['a', 'b'].map((row) => addSource(source(`${id} ${row}`))) }
  }
}

/** Traces and plain rows, with a key and without. */
function hasKey(number: number): boolean {
  return number % 4 < 2
}

function rowsOf(number: number): number {
  return number % 2 === 0 ? 1 : 2
}
