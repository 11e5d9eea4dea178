/** The fingerprint of a text is the same for ever, and near where texts are near. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as holds, integer, property, string } from 'fast-check'
import { seededRandom } from '../../../test/site/index.ts'
import { sha256 } from '../../model/index.ts'
import { EXACT, fingerprintOf, NEAR_BITS_MAX, NEAR_WORDS_MIN } from './fingerprint.ts'
import { distance, simhash, type Bits } from './simhash.ts'
import { edited, proseWords } from './testing/prose.ts'
import { wordsOf } from './words.ts'

function hex(text: string): string {
  const { a, b, c, d } = fingerprintOf(text)
  return [a, b, c, d].map((band) => band.toString(16).padStart(8, '0')).join('')
}

function countNear(edits: number): number {
  const seeds = Array.from({ length: 100 }, (_, index) => index)
  return seeds.filter((seed) => {
    const words = proseWords(seed, 500)
    return distance(simhash(words), simhash(edited(words, edits, seed + 1_000))) <= NEAR_BITS_MAX
  }).length
}

/** Words that no other seed has. */
function ownWords(seed: number): readonly string[] {
  return proseWords(seed, 300).map((word) => `${seed}${word}`)
}

test('the fingerprints of known texts never change', () => {
  const sentence = 'The quick brown fox jumps over the lazy dog. '
  const known = {
    ddd58a0bcb240189ef2e05766b52f854: sentence.repeat(6),
    c5f58a8bcdec0121ef2e55646f52fe44: `${sentence}Ünïcödé ＦＵＬＬ `.repeat(6),
    '416179f5377e8f630b4074a3b1427810': '漢字かな交じり文'.repeat(8),
  }
  assert.deepEqual(Object.values(known).map(hex), Object.keys(known))
})

test('a text of fewer than 50 words stands for itself alone, byte by byte', () => {
  const short = proseWords(1, NEAR_WORDS_MIN - 1).join(' ')
  assert.equal(hex(short), sha256(short).slice(0, 32))
  assert.equal(fingerprintOf(short).algorithm, EXACT)
  assert.notEqual(hex(short), hex(`${short} `))
  assert.notEqual(fingerprintOf(`${short} more`).algorithm, EXACT)
  assert.equal(hex(`${short} more`), hex(`${short}\n\nmore.`))
})

test('unrelated texts differ in about half of their bits, whatever bit', () => {
  const hashes = Array.from({ length: 200 }, (_, seed) => simhash(ownWords(seed)))
  const distances = hashes.slice(1).map((other, index) => distance(other, hashes[index] as Bits))
  assert.ok(Math.min(...distances) > 35 && Math.max(...distances) < 93, String(distances))
  for (let bit = 0; bit < 128; bit++) {
    const set = hashes.filter((bits) => (((bits[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 1).length
    assert.ok(set > 60 && set < 140, `bit ${bit} is set in ${set} of 200`)
  }
})

test('most texts of 500 words stay near through an edit of a word or two, and none through one of a fifth', () => {
  const [one, two] = [countNear(1), countNear(2)]
  assert.ok(one >= 75 && two >= 50, `${one} and ${two} of 100`)
  assert.equal(countNear(100), 0)
})

test('case, width, spaces and punctuation make no difference', () => {
  const plain = proseWords(3, 80)
  const shouted = plain.map((word, index) => (index % 2 === 0 ? `${word.toUpperCase()},` : `(${word})`))
  assert.equal(hex(plain.join(' ')), hex(shouted.join('\n\n')))
  assert.deepEqual(wordsOf('ＦＵＬＬ width ﬁne Straße'), ['full', 'width', 'fine', 'straße'])
})

test('scripts without spaces are read two characters at a time, so that an insertion moves nothing else', () => {
  assert.deepEqual(wordsOf('漢字です。no 1語'), ['漢字', '字で', 'です', 'no', '1', '語'])
  assert.deepEqual(wordsOf('𠀋𠀌𠀍'), ['𠀋𠀌', '𠀌𠀍'])
  assert.deepEqual(wordsOf('हिन्दी 한국어'), ['हिन्दी', '한국어'])
})

test('one word repeated for ever does not outvote the rest', () => {
  const [one, other] = [proseWords(4, 300), proseWords(5, 300)].map((words) => {
    const repeated = words.map((word) => (word === 'w0' ? 'w1' : word))
    return simhash([...repeated, ...Array.from({ length: 5_000 }, () => 'yes')])
  }) as [Bits, Bits]
  assert.ok(distance(one, other) > 10, `${distance(one, other)}`)
})

test('long texts of the same few words in another order are not near', () => {
  const random = seededRandom(1)
  const [one, other] = [1, 2].map(() =>
    simhash(Array.from({ length: 500 }, () => `w${random.below(26)}`)),
  ) as [Bits, Bits]
  assert.ok(distance(one, other) > 6, `${distance(one, other)}`)
})

test('any text has a fingerprint of four unsigned numbers', () => {
  holds(
    property(string({ unit: 'binary', maxLength: 500 }), integer({ min: 1, max: 40 }), (text, times) => {
      const { a, b, c, d } = fingerprintOf(`${text} `.repeat(times))
      for (const band of [a, b, c, d])
        assert.ok(Number.isInteger(band) && band >= 0 && band < 2 ** 32, `${band}`)
    }),
  )
})
