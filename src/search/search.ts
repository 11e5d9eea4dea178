/** Questions to full text. */
import { MillraceError } from '../model/index.ts'
import { query as declareQuery, type Reader } from '../store/index.ts'
import { askedPairs, matchExpression, parseQuestion } from './match-expression.ts'
import { beginningOf, placesOf, snippetOf, type Marks } from './snippet.ts'

/** One document that holds what was asked for. */
export interface Hit {
  readonly url: string
  readonly title: string
  /**
   * Higher is better, and a word in the title counts five times: BM25 in SQLite, ts_rank on Postgres, which does not know
   * how rare a word is. Comparable within one question of one store only.
   */
  readonly score: number
  /** About 24 words around the best place, in the text where it has one, else in the title. */
  readonly snippet: string
}

/** More hits than this are not asked for at once. */
export const HITS_MAX = 1_000

/** So much of a text is looked at for a place to show: of a longer one the part where the first word asked for stands. */
const PART_CHARS = 100_000
const PART_BEFORE_CHARS = 1_000

/**
 * One scan of the matching entries keeps the best `limit`, and the join reads only what stays. `ORDER BY rank` would be
 * sorted inside FTS5, out of reach of in_time(). FTS5's own snippet() is not asked: its time grows with the square of how
 * often a document has the words, highlight()'s as well, and nothing can stop them.
 */
export const hits = declareQuery({
  name: 'search.hits',
  params: { match: 'text', asked: 'json', limit: 'int', firstWord: 'text' },
  gives: { url: 'text', title: 'text', score: 'real', part: 'text', isStart: 'bool' },
  sql: `SELECT url, title, score, substr(text, start, ${PART_CHARS}), start = 1 FROM (
      SELECT document.url, document.title, document.text, hit.score, hit.number,
        iif(octet_length(document.text) <= ${PART_CHARS}, 1,
          max(1, instr(lower(document.text), :firstWord) - ${PART_BEFORE_CHARS})) AS start
      FROM (
        SELECT rowid AS number, -bm25(documents_text, 5.0, 1.0) AS score
        FROM documents_text WHERE documents_text MATCH :match AND in_time()
        ORDER BY score DESC, rowid LIMIT :limit
      ) AS hit JOIN documents AS document ON document.number = hit.number WHERE in_time())
    ORDER BY score DESC, number`,
  postgres: `WITH question AS MATERIALIZED (SELECT asked_words(:asked) AS words)
    SELECT url, title, score, substr(text, start, ${PART_CHARS}), start = 1 FROM (
      SELECT document.url, document.title, document.text, hit.score, hit.number,
        CASE WHEN octet_length(document.text) <= ${PART_CHARS} THEN 1
          ELSE greatest(1, strpos(lower(document.text), :firstWord) - ${PART_BEFORE_CHARS}) END AS start
      FROM (
        SELECT number, ts_rank('{0.2, 0.2, 0.2, 1}', words, (SELECT words FROM question), 1)::float8 AS score
        FROM documents_text WHERE words @@ (SELECT words FROM question)
        ORDER BY score DESC, number LIMIT :limit
      ) AS hit JOIN documents AS document ON document.number = hit.number) AS best
    ORDER BY score DESC, number`,
})

/**
 * The best `limit` documents (1 to 1,000) for what a person typed, best first: all words must occur, "words in quotes"
 * in this order, and a word ending in * stands for all that begin so. Case and accents do not matter. Costs one look
 * at each matching document.
 * @throws MillraceError Usage when nothing is asked or the limit is out of range; Timeout after 5 s
 */
export async function search(
  reader: Reader,
  query: string,
  limit: number,
  marks: Marks = ['[', ']'],
): Promise<readonly Hit[]> {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > HITS_MAX) {
    throw new MillraceError('Usage', `expected a limit from 1 to ${HITS_MAX} hits, got ${limit}`)
  }
  const asked = parseQuestion(query)
  const firstWord = asked[0]?.words.toLowerCase() ?? ''
  const found = await reader.read(
    hits({ match: matchExpression(asked), asked: askedPairs(asked), limit, firstWord }),
  )
  const places = placesOf(asked)
  return found.map(({ url, title, score, part, isStart }) => {
    const snippet =
      snippetOf(part, { places, marks, isStart }) ?? snippetOf(title, { places, marks, isStart: true })
    return { url, title, score, snippet: snippet ?? beginningOf(part) }
  })
}
