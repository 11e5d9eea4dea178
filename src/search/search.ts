/** Questions to full text. */
import { MillraceError } from '../model/index.ts'
import { query as declareQuery, type Reader } from '../store/index.ts'
import { matchExpression } from './match-expression.ts'

/** One document that holds what was asked for. */
export interface Hit {
  readonly url: string
  readonly title: string
  /** BM25, a word in the title counting five times; higher is better. Comparable within one question only. */
  readonly score: number
  /** About 24 words around the best place, in the text where it has one, else in the title. */
  readonly snippet: string
}

/** What stands before and after each found word in a snippet. */
export type Marks = readonly [before: string, after: string]

/** More hits than this are not asked for at once. */
export const HITS_MAX = 1_000

const snippet = (column: 0 | 1, before: string, after: string) =>
  `snippet(documents_text, ${column}, ${before}, ${after}, '…', 24)`

/*
 * A stored text may hold escapes that begin with U+001A and end in letters (see the store's portable text), so a mark
 * can come to stand inside one: it is moved before it. A doubled U+001A is no beginning of another and is set aside.
 * Known flaw: a word directly behind an escaped NUL or lone surrogate is indexed glued to the escape's letters.
 */
const markBeforeEscape = (text: string) =>
  `replace(replace(replace(${text}, char(26, 26), char(26) || 'd'),
    char(26) || :before, :before || char(26)), char(26) || 'd', char(26, 26))`

/**
 * One scan of the matching entries keeps the best `limit`; SQLite makes snippets only of rows that enter these, and
 * the join reads only what stays. Two steps, with the snippets last, took ten times as long for a beginning such as
 * "w1*", because each hit then merges the lists of all its words again. `ORDER BY rank` would be sorted inside FTS5,
 * out of reach of in_time().
 */
export const hits = declareQuery({
  name: 'search.hits',
  params: { match: 'text', limit: 'int', before: 'text', after: 'text' },
  gives: { url: 'text', title: 'text', score: 'real', snippet: 'text' },
  sqlite: `SELECT document.url, document.title, hit.score,
      ${markBeforeEscape('iif(hit.from_text = hit.plain_text, hit.from_title, hit.from_text)')}
    FROM (
      SELECT rowid AS number, -bm25(documents_text, 5.0, 1.0) AS score,
        ${snippet(1, ':before', ':after')} AS from_text, ${snippet(1, "''", "''")} AS plain_text,
        ${snippet(0, ':before', ':after')} AS from_title
      FROM documents_text WHERE documents_text MATCH :match AND in_time()
      ORDER BY score DESC, rowid LIMIT :limit
    ) AS hit JOIN documents AS document ON document.number = hit.number
    ORDER BY hit.score DESC, hit.number`,
})

/**
 * The best `limit` documents (1 to 1,000) for what a person typed, best first: all words must occur, "words in quotes"
 * in this order, and a word ending in * stands for all that begin so. Case and accents do not matter. Costs one look
 * at each matching document.
 * @throws MillraceError Usage when nothing is asked, a mark is empty or the limit is out of range; Timeout after 5 s
 */
export async function search(
  reader: Reader,
  query: string,
  limit: number,
  [before, after]: Marks = ['[', ']'],
): Promise<readonly Hit[]> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > HITS_MAX) {
    throw new MillraceError('Usage', `expected a limit from 1 to ${HITS_MAX} hits, got ${limit}`)
  }
  // A snippet that no mark changed is taken to hold no hit.
  if (before === '' || after === '') {
    throw new MillraceError('Usage', 'expected two marks that are not empty, to set off what was found')
  }
  return reader.read(hits({ match: matchExpression(query), limit, before, after }))
}
