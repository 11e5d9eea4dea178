/** Blocks of markdown one after another, within the quotes and list items that are open. */

/** Quotes and lists nested deeper than this are written at this depth: each level costs every line below it. */
export const NESTING_MAX = 16

/** What stands before a list item: "- " or "12. ". */
export type Marker = string

/** Writes lines with what the open quotes and list items put before them. */
export class BlockWriter {
  readonly #lines: string[] = []
  #prefix = ''
  /** What stands before the next line instead of the prefix: the marker of an item that has no line yet. */
  #first: string | null = null
  /** Whether the next block follows another in the same place and needs a blank line. */
  #follows = false
  #depth = 0

  /** A block of lines; nothing where it has none. */
  block(lines: readonly string[]): void {
    if (lines.length === 0) return
    if (this.#follows) this.#lines.push(this.#prefix.trimEnd())
    for (const line of lines) {
      const before = this.#first ?? this.#prefix
      this.#first = null
      this.#lines.push(line === '' ? before.trimEnd() : before + line)
    }
    this.#follows = true
  }

  /** What `write` writes stands in a quote. */
  quote(write: () => void): void {
    this.#nest('> ', '> ', write)
  }

  /**
   * What `write` writes is a list item. `isParted`: a blank line stands before it, as the first of a list needs. False
   * when it wrote nothing, and so there is no such item.
   */
  item(marker: Marker, isParted: boolean, write: () => void): boolean {
    const lines = this.#lines.length
    if (!isParted) this.#follows = false
    this.#nest(marker, ' '.repeat(marker.length), write)
    this.#follows = true
    return this.#lines.length > lines
  }

  /** All lines so far. */
  finish(): string {
    return this.#lines.join('\n')
  }

  #nest(first: string, rest: string, write: () => void): void {
    if (this.#depth >= NESTING_MAX) {
      write()
      return
    }
    const [prefix, pending, follows] = [this.#prefix, this.#first, this.#follows]
    if (follows) this.#lines.push(prefix.trimEnd())
    const lines = this.#lines.length
    this.#depth += 1
    this.#first = (pending ?? prefix) + first
    this.#prefix = prefix + rest
    this.#follows = false
    write()
    this.#depth -= 1
    this.#prefix = prefix
    const isEmpty = this.#lines.length === lines
    if (isEmpty && follows) this.#lines.pop()
    this.#first = isEmpty ? pending : null
    this.#follows = isEmpty ? follows : true
  }
}
