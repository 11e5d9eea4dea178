/** Words are told apart, and bared, as SQLite's full text does it; no text is too long. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { migrated, type Ask } from './testing/index.ts'

/** A text's words in order, as Postgres indexes them. */
async function wordsOf(ask: Ask, text: string): Promise<readonly string[]> {
  const rows = await ask(
    `SELECT word.lexeme FROM unnest(document_words('', $1::text)) AS word, unnest(word.positions) AS place
      ORDER BY place`,
    [text],
  )
  return rows.map(([word]) => String(word))
}

function fts5() {
  const db = new DatabaseSync(':memory:')
  db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE words USING fts5vocab (texts, instance)`)
  return {
    wordsOf(text: string): readonly string[] {
      db.exec('DELETE FROM texts')
      db.prepare('INSERT INTO texts VALUES (?)').run(text)
      return db
        .prepare('SELECT term FROM words ORDER BY offset')
        .all()
        .map((row) => String(row['term']))
    },
    [Symbol.dispose]: () => db.close(),
  }
}

const LETTERS = [...Array.from('aBz09ßÉñÖøŁжЩΩσ漢字אב²'), 'e\u0301']
const BETWEEN = Array.from(' .,;:-_/@&<>"\'’“”…–—()[]{}#+=*%~|^$€\n\t·«»¿¡、。「」•→😀🎉`\u00a0\u200b\u00ad')

test('any text has the words that FTS5 finds in it', async (t) => {
  const ask = await migrated(t)
  using lite = fts5()
  const unit = fc.constantFrom(...LETTERS, ...LETTERS, ...BETWEEN)
  await fc.assert(
    fc.asyncProperty(fc.string({ unit, maxLength: 30 }), async (text) => {
      assert.deepEqual(await wordsOf(ask, text), lite.wordsOf(text), JSON.stringify(text))
    }),
    { numRuns: 300 },
  )
})

test('every printable character of ASCII and Latin is a letter or a gap as in FTS5', async (t) => {
  const ask = await migrated(t)
  using lite = fts5()
  // The micro sign and the long s are letters on both; FTS5 takes them for the letters they look like.
  const characters = Array.from({ length: 0x17f - 0x20 }, (_, at) => String.fromCharCode(0x21 + at)).filter(
    (one) => one !== 'µ' && one !== 'ſ',
  )
  const text = characters.map((one, at) => `x${at}y${one}z`).join(' ')
  assert.deepEqual(await wordsOf(ask, text), lite.wordsOf(text))
})

test('what is asked is made of the same words', async (t) => {
  const ask = await migrated(t)
  const asked = async (...pieces: readonly (readonly [string, boolean])[]) =>
    (await ask('SELECT asked_words($1::text)::text', [JSON.stringify(pieces)]))[0]?.[0]
  assert.equal(await asked(['Crème brûlée', false], ['mil', true]), "'creme' <-> 'brulee' & 'mil':*")
  assert.equal(await asked(['water-whe', true], ['---', false]), "'water' <-> 'whe':*")
  assert.equal(await asked(['!', false]), '')
  assert.equal(await asked(['mill', false], ['漢'.repeat(700), false]), '')
  assert.equal(await asked(["it's", false], ["\\'", true]), "'it' <-> 's'")
})

test('a word of the title weighs more, and no phrase reaches from the title into the text', async (t) => {
  const ask = await migrated(t)
  const [row] = await ask(`SELECT words::text, words @@ phraseto_tsquery('simple', 'on mills'),
      words @@ phraseto_tsquery('simple', 'mills turn')
    FROM (SELECT document_words('On mills', 'turn') AS words) AS made`)
  assert.deepEqual(row, ["'mills':2A 'on':1A 'turn':4", 1, 0])
})

test('a text with more words than fit is indexed as far as they do, and a word without end is left out', async (t) => {
  const ask = await migrated(t)
  const many = Array.from({ length: 250_000 }, (_, at) => `w${at}`).join(' ')
  const holds = async (title: string, text: string, word: string) =>
    (await ask('SELECT document_words($1::text, $2::text) @@ $3::tsquery', [title, text, word]))[0]?.[0]
  assert.equal(await holds('', many, 'w0 & w10000'), 1)
  assert.equal(await holds(many, many, 'w0'), 1)
  assert.equal(await holds('', `before ${'x'.repeat(3_000)} after`, 'before & after'), 1)
})
