/**
 * Votes on 32 bits at once. A counter for each bit would be touched 32 times a vote; here the counters lie across: plane
 * n holds the n-th binary digit of all 32, and a vote is one addition with its carries.
 */

/** More than any text has of votes: 2 to this power. */
const PLANES = 31

/** 32 counters, all at zero. */
export class Votes {
  readonly #planes = new Int32Array(PLANES)
  #total = 0

  /** Adds `weight`, a positive integer, to the counters of all bits that are set. */
  cast(bits: number, weight: number): void {
    this.#total += weight
    const planes = this.#planes
    for (let digit = 0, left = weight; left > 0; digit++, left >>= 1) {
      let carry = (left & 1) === 1 ? bits : 0
      for (let plane = digit; carry !== 0; plane++) {
        const digits = planes[plane] as number
        planes[plane] = digits ^ carry
        carry &= digits
      }
    }
  }

  /** The bits that got more than half of all the weight that was cast. */
  won(): number {
    let bits = 0
    for (let bit = 0; bit < 32; bit++) if (this.#countOf(bit) * 2 > this.#total) bits |= 1 << bit
    return bits >>> 0
  }

  #countOf(bit: number): number {
    let count = 0
    for (let plane = 0; 2 ** plane <= this.#total; plane++)
      count += (((this.#planes[plane] as number) >>> bit) & 1) * 2 ** plane
    return count
  }
}
