/** Texts for tests: the same seed gives the same text, another seed an unrelated one. */
import { seededRandom, type Random } from '../../../../test/site/index.ts'

const VOCABULARY = 4_000

/** `count` words, some of them far more often than others, as in prose. */
export function proseWords(seed: number, count: number): readonly string[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => anyWord(random))
}

/** The words with `edits` of them, one after the other, exchanged for another one. */
export function edited(words: readonly string[], edits: number, seed: number): readonly string[] {
  const random = seededRandom(seed)
  const changed = [...words]
  for (let edit = 0; edit < edits; edit++) {
    const place = random.below(changed.length)
    const before = changed[place]
    while (changed[place] === before) changed[place] = anyWord(random)
  }
  return changed
}

function anyWord(random: Random): string {
  return `w${Math.floor(random.next() ** 3 * VOCABULARY)}`
}
