/** Digests of chunks into the root of a table, and roots of tables into one of all. */
import { createHash } from 'node:crypto'
import type { Chunk, TableShape } from '../../../store/index.ts'

/** Takes the chunks of one table in their order. */
export class TableRoot {
  readonly #digest = createHash('sha256')
  rows = 0
  bytes = 0
  chunks = 0

  constructor({ name, columns, key }: TableShape) {
    const told = columns.map((column) => `${column.name} ${column.type}`)
    this.#digest.update(`${name}(${told.join(',')})by(${key.join(',')})\n`)
  }

  /** Adds a chunk; one without rows adds nothing, so that where chunks end does not depend on it. */
  add({ rows, encodedBytes, sha256 }: Pick<Chunk, 'rows' | 'encodedBytes' | 'sha256'>): void {
    if (rows === 0) return
    this.#digest.update(`${rows} ${sha256}\n`)
    this.rows += rows
    this.bytes += encodedBytes
    this.chunks++
  }

  /** The root; once only. */
  end(): string {
    return this.#digest.digest('hex')
  }
}

/** The root of tables, given in the order of their names. */
export function rootOf(tables: readonly { readonly table: string; readonly root: string }[]): string {
  const digest = createHash('sha256')
  for (const { table, root } of tables) digest.update(`${table} ${root}\n`)
  return digest.digest('hex')
}
