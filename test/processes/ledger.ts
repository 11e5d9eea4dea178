/**
 * What writers said they did, held against what the store has: acknowledged is a part of stored, stored a part of
 * submitted, every unit is there whole and once, at the position its receipt named, and positions have no gap.
 */
import { rowsOf } from './units.ts'

interface WriterBook {
  readonly tried: Set<number>
  readonly acknowledged: Map<number, number>
  readonly stored: Map<number, number>
  /** The last unit seen in the store. */
  last: number
}

/** A row as the store gives it. */
export interface StoredRow {
  readonly id: string
  readonly position: number
}

/** The books of all writers. */
export class Ledger {
  readonly #books = new Map<string, WriterBook>()
  readonly wrong: string[] = []
  /** How many units were answered as known already. */
  repeated = 0
  /** The position up to which the store was read. */
  position = 0

  /** Notes a line of a writer. */
  note(tag: string, line: string): void {
    const [verb = '', number = '', position = ''] = line.split(' ')
    const book = this.#bookOf(tag)
    if (verb === 'try') book.tried.add(Number(number))
    else if (verb === 'ack' || verb === 'again') this.#acknowledge(tag, Number(number), Number(position))
    else if (verb === 'wrong') this.wrong.push(`${tag}: ${line}`)
    if (verb === 'again') this.repeated++
  }

  /** How many units of a writer, or of all, were acknowledged. */
  acknowledged(tag?: string): number {
    if (tag !== undefined) return this.#bookOf(tag).acknowledged.size
    return [...this.#books.values()].reduce((sum, book) => sum + book.acknowledged.size, 0)
  }

  /** The first unit of a writer that was not acknowledged: where its successor goes on. */
  firstOpen(tag: string): number {
    const { acknowledged } = this.#bookOf(tag)
    let number = 0
    while (acknowledged.has(number)) number++
    return number
  }

  /** A copy of what is acknowledged by now: it must be in whatever is read from now on. */
  snapshot(): ReadonlyMap<string, ReadonlyMap<number, number>> {
    return new Map([...this.#books].map(([tag, book]) => [tag, new Map(book.acknowledged)]))
  }

  /** Takes up the rows after `position`, read after the snapshot was made. */
  compare(before: ReturnType<Ledger['snapshot']>, rows: readonly StoredRow[]): void {
    for (const unit of unitsOf(rows)) this.#store(unit)
    for (const [tag, acknowledged] of before) {
      const { stored } = this.#bookOf(tag)
      for (const [number, position] of acknowledged) {
        const found = stored.get(number)
        if (found !== position)
          this.#complain(`${tag} ${number} was acknowledged at ${position}, is ${found}`)
      }
    }
  }

  /** When all writers have ended of themselves, nothing is open. */
  compareEnd(): void {
    for (const [tag, { tried, acknowledged, stored }] of this.#books) {
      const sizes = [tried.size, acknowledged.size, stored.size]
      if (new Set(sizes).size !== 1) this.#complain(`${tag} tried, acknowledged, stored: ${sizes.join(', ')}`)
    }
  }

  #store({ tag, number, position, rows }: StoredUnit): void {
    const book = this.#bookOf(tag)
    if (!book.tried.has(number)) this.#complain(`${tag} ${number} is stored and was never submitted`)
    if (rows !== rowsOf(number)) this.#complain(`${tag} ${number} has ${rows} rows of ${rowsOf(number)}`)
    if (number !== book.last + 1) this.#complain(`${tag} ${number} is stored after ${book.last}`)
    if (position !== this.position + 1) this.#complain(`position ${position} follows ${this.position}`)
    book.stored.set(number, position)
    book.last = number
    this.position = position
  }

  #acknowledge(tag: string, number: number, position: number): void {
    const { acknowledged } = this.#bookOf(tag)
    const known = acknowledged.get(number) ?? position
    if (known !== position) this.#complain(`${tag} ${number} was acknowledged at ${known} and ${position}`)
    acknowledged.set(number, position)
  }

  #bookOf(tag: string): WriterBook {
    const known = this.#books.get(tag)
    if (known !== undefined) return known
    const book = { tried: new Set<number>(), acknowledged: new Map(), stored: new Map(), last: -1 }
    this.#books.set(tag, book)
    return book
  }

  #complain(what: string): void {
    if (this.wrong.length < 20) this.wrong.push(what)
  }
}

interface StoredUnit {
  readonly tag: string
  readonly number: number
  readonly position: number
  readonly rows: number
}

/** Rows of one position are one unit; rows of one unit at two positions are two, and each is found to be too small. */
function unitsOf(rows: readonly StoredRow[]): readonly StoredUnit[] {
  const units = new Map<string, StoredUnit>()
  for (const { id, position } of rows) {
    const [tag = '', number = ''] = id.split(' ')
    const key = `${position} ${tag} ${number}`
    units.set(key, { tag, number: Number(number), position, rows: (units.get(key)?.rows ?? 0) + 1 })
  }
  return [...units.values()]
}
