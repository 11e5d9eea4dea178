/** What of a text is compared: its words, however they are written. */

const WORD = /[\p{L}\p{N}\p{M}]+/gu

/** Scripts that put no space between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const UNSPACED_RUN = new RegExp(`${UNSPACED.source}{2,}|(?:(?!${UNSPACED.source}).)+|.`, 'gsu')

/** Every character of an ASCII text is of one kind for sure, which spares it the table of all characters. */
const ASCII = /^[\0-\x7f]*$/
const ASCII_WORD = /[a-z0-9]+/g

/**
 * The words of a text in order, compatible forms made one (NFKC) and in lower case; what is neither letter nor digit
 * only separates. Of scripts without spaces, each two neighbouring characters count as a word.
 */
export function wordsOf(text: string): readonly string[] {
  if (ASCII.test(text)) return text.toLowerCase().match(ASCII_WORD) ?? []
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? []
  return UNSPACED.test(text) ? words.flatMap(piecesOf) : words
}

function piecesOf(word: string): readonly string[] {
  if (!UNSPACED.test(word)) return [word]
  return (word.match(UNSPACED_RUN) ?? []).flatMap((run) => (UNSPACED.test(run) ? pairsOf(run) : [run]))
}

function pairsOf(run: string): readonly string[] {
  const characters = Array.from(run)
  if (characters.length === 1) return characters
  return characters.slice(1).map((second, index) => `${characters[index] ?? ''}${second}`)
}
