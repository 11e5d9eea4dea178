/**
 * What a person typed as an FTS5 expression. FTS5 has a grammar of its own, with operators, columns and errors; here
 * every word is quoted, so that nothing a person types can be anything but a word.
 */
import { MillraceError } from '../model/index.ts'

/** A longer question is refused: a document pasted into it would be a thousand index scans. */
export const QUERY_CHARS_MAX = 1_000

/** A phrase in quotes, or a word: each with a star when it is only a beginning. A quote without its partner is a gap. */
const PIECE = /"(?<phrase>[^"]*)"(?<star>\*?)|(?<word>[^\s"]+)/g

/**
 * All words must occur; "words in quotes" must follow each other; a trailing * finds words that begin so. Words of
 * punctuation alone ask for nothing and are passed over by FTS5.
 * @throws MillraceError Usage when nothing is asked, or more than QUERY_CHARS_MAX characters
 */
export function matchExpression(typed: string): string {
  if (typed.length > QUERY_CHARS_MAX) {
    throw new MillraceError(
      'Usage',
      `expected at most ${QUERY_CHARS_MAX} characters to search for, got ${typed.length}`,
    )
  }
  const terms = [...typed.matchAll(PIECE)]
    .map(({ groups = {} }) => termOf(groups))
    .filter((term) => term !== '')
  if (terms.length > 0) return terms.join(' ')
  throw new MillraceError(
    'Usage',
    'expected words to search for, got none; example: steel "river mill" econom*',
  )
}

function termOf({ phrase, star, word = '' }: Readonly<Record<string, string | undefined>>): string {
  const asked = (phrase ?? word.replace(/\*+$/, '')).trim()
  const isBeginning = phrase === undefined ? word.endsWith('*') : star === '*'
  if (asked === '') return ''
  return isBeginning ? `"${asked}" *` : `"${asked}"`
}
