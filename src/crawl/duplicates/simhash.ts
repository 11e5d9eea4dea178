/**
 * A simhash: 128 bits that stay nearly the same where a text stays nearly the same. Each word, and each pair of
 * neighbouring words, votes with the bits of its hash as often as it occurs; a bit is set where the votes for it win.
 *
 * Words alone would take two long lists of the same few words for each other; pairs alone would miss half of all edits of
 * one word. So a word counts for two, and neither counts more than eight times, or the most frequent ones would decide
 * (docs/duplicates.md has the figures). What is computed here is stored and compared for years: it must never change under
 * its version.
 */
import { Votes } from './votes.ts'

/** Raised when the same text would get other bits. */
export const SIMHASH_VERSION = 1

/** 128 bits as four unsigned 32-bit numbers: the bands by which near ones are found. */
export type Bits = readonly [number, number, number, number]

const TIMES_MAX = 8
const WORD_WEIGHT = 2
const BANDS = 4

/** The simhash of a text's words. */
export function simhash(words: readonly string[]): Bits {
  const ids = new Map<string, number>()
  const sequence = new Uint32Array(words.length)
  words.forEach((word, index) => (sequence[index] = idOf(ids, word)))
  const hashes = hashWords([...ids.keys()])
  const votes = Array.from({ length: BANDS }, () => new Votes())
  voteForWords(votes, sequence, hashes)
  voteForPairs(votes, sequence, hashes)
  return votes.map((band) => band.won()) as unknown as Bits
}

/** How many of the 128 bits differ. */
export function distance(one: Bits, other: Bits): number {
  return one.reduce((sum, band, index) => sum + ones(band ^ (other[index] ?? 0)), 0)
}

function idOf(ids: Map<string, number>, word: string): number {
  const known = ids.get(word)
  if (known !== undefined) return known
  ids.set(word, ids.size)
  return ids.size - 1
}

function voteForWords(votes: readonly Votes[], sequence: Uint32Array, hashes: Int32Array): void {
  const times = new Uint8Array(hashes.length / BANDS)
  for (const id of sequence) times[id] = Math.min(TIMES_MAX, (times[id] as number) + 1)
  votes.forEach((band, index) => {
    for (let id = 0; id < times.length; id++)
      band.cast(hashes[id * BANDS + index] as number, (times[id] as number) * WORD_WEIGHT)
  })
}

function voteForPairs(votes: readonly Votes[], sequence: Uint32Array, hashes: Int32Array): void {
  const times = new Uint8Array(slotsFor(sequence.length))
  for (let index = 1; index < sequence.length; index++) {
    const first = (sequence[index - 1] as number) * BANDS
    const second = (sequence[index] as number) * BANDS
    // Two pairs seldom share a slot, and it matters only if they occur more than eight times together.
    const slot = hashPair(hashes[first] as number, hashes[second] as number) & (times.length - 1)
    if (times[slot] === TIMES_MAX) continue
    times[slot] = (times[slot] as number) + 1
    for (let band = 0; band < BANDS; band++)
      (votes[band] as Votes).cast(
        hashPair(hashes[first + band] as number, hashes[second + band] as number),
        1,
      )
  }
}

/** A power of two, so that pairs are four times as few as slots. */
function slotsFor(pairs: number): number {
  return 2 ** Math.ceil(Math.log2(pairs * 4 + 1))
}

/** BANDS numbers a word: two 32-bit states over its UTF-16 units, spread. */
function hashWords(words: readonly string[]): Int32Array {
  const hashes = new Int32Array(words.length * BANDS)
  words.forEach((word, id) => {
    let one = 0x3c6ef372
    let two = 0x1f83d9ab
    for (let index = 0; index < word.length; index++) {
      const unit = word.charCodeAt(index)
      one = Math.imul(one ^ unit, 0x01000193)
      two = Math.imul((two << 13) | (two >>> 19), 0x9e3779b1) + unit
    }
    hashes[id * BANDS] = spread(one ^ two)
    hashes[id * BANDS + 1] = spread(one + 0x27d4eb2f)
    hashes[id * BANDS + 2] = spread(two ^ 0x165667b1)
    hashes[id * BANDS + 3] = spread(one - Math.imul(two, 3))
  })
  return hashes
}

/** Another one for each order of two words. */
function hashPair(first: number, second: number): number {
  return spread(Math.imul(first, 5) + ((second << 7) | (second >>> 25)))
}

/** Lets every bit of a number reach every other (the finisher of MurmurHash3). */
function spread(number: number): number {
  let mixed = number
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

function ones(number: number): number {
  let count = 0
  for (let left = number; left !== 0; left &= left - 1) count++
  return count
}
