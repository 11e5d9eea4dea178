/**
 * Gathers a body piece by piece. One growing buffer rather than a list of pieces: a server that sends one byte per
 * chunk would make a list of ten million views, over a gigabyte for a body of 10 MiB.
 */

const CAPACITY_MIN = 32 * 1024
const EMPTY = Buffer.alloc(0)

/** The bytes so far. The first piece is kept as it came, so a body in one piece is never copied. */
export class Gatherer {
  #bytes: Buffer = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Adds a piece; amortised two copies a byte. The piece must not change afterwards. */
  add(piece: Buffer): void {
    if (this.#length === 0) this.#bytes = piece
    else this.#append(piece)
    this.#length += piece.length
  }

  /** All bytes added, a view that later `add` calls may write behind. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #append(piece: Buffer): void {
    const needed = this.#length + piece.length
    if (needed > this.#bytes.length) this.#grow(needed)
    this.#bytes.set(piece, this.#length)
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(CAPACITY_MIN, needed * 2))
    grown.set(this.bytes())
    this.#bytes = grown
  }
}
