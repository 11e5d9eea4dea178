/**
 * What a person typed, as a full-text index is asked for it: SQLite by an FTS5 expression, Postgres by a list of what is
 * asked, of which functions of its schema make a tsquery. FTS5 has a grammar of its own, with operators, columns and errors; here
 * every word is quoted, so that nothing a person types can be anything but a word.
 */
import { MillraceError } from '../model/index.ts'
import { toPortable } from '../store/index.ts'

/** A longer question is refused: a document pasted into it would be a thousand index scans. */
export const QUERY_CHARS_MAX = 1_000

/** A phrase in quotes, or a word: each with a star when it is only a beginning. A quote without its partner is a gap. */
const PIECE = /"(?<phrase>[^"]*)"(?<star>\*?)|(?<word>[^\s"]+)/g

/** One thing that is asked for: words that follow each other; of the last one perhaps only a beginning. */
export interface Asked {
  readonly words: string
  readonly isBeginning: boolean
}

/**
 * What is asked for: all of it must occur; "words in quotes" must follow each other; a trailing * finds words that begin
 * so. @throws MillraceError Usage when nothing is asked, or more than QUERY_CHARS_MAX characters
 */
export function parseQuestion(typed: string): readonly Asked[] {
  if (typed.length > QUERY_CHARS_MAX) {
    throw new MillraceError(
      'Usage',
      `expected at most ${QUERY_CHARS_MAX} characters to search for, got ${typed.length}`,
    )
  }
  const asked = [...typed.matchAll(PIECE)].flatMap(({ groups = {} }) => askedBy(groups))
  if (asked.length > 0) return asked
  throw new MillraceError(
    'Usage',
    'expected words to search for, got none; example: steel "river mill" econom*',
  )
}

/** The question as an FTS5 expression. Words of punctuation alone ask for nothing and are passed over by FTS5. */
export function matchExpression(asked: readonly Asked[]): string {
  return asked.map(({ words, isBeginning }) => (isBeginning ? `"${words}" *` : `"${words}"`)).join(' ')
}

/** The question as Postgres is asked: pairs, the words as documents hold them, and whether the last is only a beginning. */
export function askedPairs(asked: readonly Asked[]): readonly (readonly [string, boolean])[] {
  return asked.map(({ words, isBeginning }) => [toPortable(words), isBeginning])
}

function askedBy({ phrase, star, word = '' }: Readonly<Record<string, string | undefined>>): Asked[] {
  const words = (phrase ?? word.replace(/\*+$/, '')).trim()
  const isBeginning = phrase === undefined ? word.endsWith('*') : star === '*'
  return words === '' ? [] : [{ words, isBeginning }]
}
