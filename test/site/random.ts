/** Seeded randomness: a failing test names its seed, and the same seed builds the same site on every machine. */

/** A stream of numbers that is the same for the same seed. */
export interface Random {
  /** A number from 0 up to, never reaching, 1. */
  next(): number
  /** An integer from 0 up to, never reaching, `limit`. */
  below(limit: number): number
  /** True in about `share` (0 to 1) of the calls. */
  chance(share: number): boolean
  /** One of the items. @throws RangeError when there are none */
  pick<Item>(items: readonly Item[]): Item
}

/** mulberry32: 32 bits of state are plenty for a test site, and the whole of it fits on one screen. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { next, below, chance: (share) => next() < share, pick: (items) => pickOne(items, below) }
}

/** A seed of its own for item `index`, so that one item can be made without making those before it. */
export function seedOf(seed: number, index: number): number {
  return Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
}

function pickOne<Item>(items: readonly Item[], below: (limit: number) => number): Item {
  if (items.length === 0) throw new RangeError('pick needs at least one item')
  return items[below(items.length)] as Item
}
