/**
 * Near fingerprints in SQL. Two that differ in at most three of 128 bits are equal in at least one of their four bands,
 * so whoever has an equal band is looked at and nobody else needs to be: all near ones are found, by construction.
 */
import { NEAR_BITS_MAX } from './fingerprint.ts'

const BANDS = ['a', 'b', 'c', 'd'] as const

/**
 * One SELECT a band: the fingerprints `near` that are near the row `self` of the FROM clause given, itself among them. To
 * be put together by UNION. INDEXED BY, because the planner knows nothing of how few rows have an equal band.
 */
export function nearSelects(columns: string, from: string): readonly string[] {
  return BANDS.map(
    (band) => `SELECT ${columns} FROM ${from} CROSS JOIN fingerprints AS near INDEXED BY fingerprints_${band}
      WHERE near.${band} = self.${band} AND near.algorithm = self.algorithm AND near.algorithm > 0
        AND ${isNear(BANDS.filter((other) => other !== band))}`,
  )
}

/*
 * Of the three bands that may differ at least one does so in at most one bit. That is asked first: in a band that many
 * texts share it spares most of them the counting, which costs four times as much.
 */
function isNear(bands: readonly string[]): string {
  const words = bands.map((band) => xor(`near.${band}`, `self.${band}`))
  const hasClose = words.map((word) => `${word} & (${word} - 1) = 0`).join(' OR ')
  return `(${hasClose}) AND ${ones(words)} <= ${NEAR_BITS_MAX}`
}

/** Neither SQLite has an operator for it, nor do two databases agree on one. */
function xor(one: string, other: string): string {
  return `((${one} | ${other}) - (${one} & ${other}))`
}

/* As numbers that every database reads: not all know 0x. Every other bit, pair and four of 32, and the sum of four bytes. */
const [EVERY_BIT, EVERY_PAIR, EVERY_FOUR, ALL_BYTES] = [0x55555555, 0x33333333, 0x0f0f0f0f, 0x01010101]

/** How many bits of three words of 32 bits are set: counted in pairs, in fours, and the fours of all words as one. */
function ones(words: readonly string[]): string {
  const pairs = words.map((word) => `(${word} - ((${word} >> 1) & ${EVERY_BIT}))`)
  const fours = pairs.map((pair) => `((${pair} & ${EVERY_PAIR}) + ((${pair} >> 2) & ${EVERY_PAIR}))`)
  const sum = `(${fours.join(' + ')})`
  return `(((((${sum} & ${EVERY_FOUR}) + ((${sum} >> 4) & ${EVERY_FOUR})) * ${ALL_BYTES}) >> 24) & 255)`
}
