/** A text's fingerprint: by which texts are known to say the same, or nearly. */
import { sha256 } from '../../model/index.ts'
import { simhash, SIMHASH_VERSION, type Bits } from './simhash.ts'
import { wordsOf } from './words.ts'

/** Texts with fewer words are compared only exactly: a word more or less is much of what they say. */
export const NEAR_WORDS_MIN = 50

/** Texts whose bits differ in at most so many are near duplicates. Four bands find every such pair. */
export const NEAR_BITS_MAX = 3

/** The algorithm of texts that are compared only exactly: their bits are the first of the text's SHA-256. */
export const EXACT = 0

/** What stands for a text in the index. Only fingerprints of one algorithm are compared. */
export interface Fingerprint {
  /** EXACT, or the version of the simhash. */
  readonly algorithm: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

/** The fingerprint of a text: the same on every machine. Some 0.1 ms for 5 KB. */
export function fingerprintOf(text: string): Fingerprint {
  const words = wordsOf(text)
  const isNear = words.length >= NEAR_WORDS_MIN
  const [a, b, c, d] = isNear ? simhash(words) : digestBits(text)
  return { algorithm: isNear ? SIMHASH_VERSION : EXACT, a, b, c, d }
}

function digestBits(text: string): Bits {
  const digest = sha256(text)
  const band = (index: number) => Number.parseInt(digest.slice(index * 8, index * 8 + 8), 16)
  return [band(0), band(1), band(2), band(3)]
}
