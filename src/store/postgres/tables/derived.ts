/** Full text, made anew from the documents whose text was in it, some at a time. */
import type { Connection } from '../connect/index.ts'

/** Documents a transaction. */
const DOCUMENTS = 500
const MADE = -1

/** Makes the next part; false when nothing was left to be made. */
export async function deriveSome(connection: Connection): Promise<boolean> {
  const { rows } = await connection.run({ text: 'SELECT derived FROM moves' })
  const upTo = rows[0]?.[0] ?? null
  if (upTo === MADE) return false
  if (upTo === null) await connection.run({ text: 'TRUNCATE documents_text' })
  const text = `WITH due AS (
      SELECT number, title, text FROM documents AS document WHERE number > $1::bigint AND EXISTS
        (SELECT 1 FROM indexed WHERE indexed.url_key = document.url_key AND indexed.number = document.number)
      ORDER BY number LIMIT ${DOCUMENTS}),
    made AS (INSERT INTO documents_text (number, words) SELECT number, document_words(title, text) FROM due
      RETURNING number)
    SELECT count(*), max(number) FROM made`
  const made = await connection.run({ text, params: [upTo ?? Number.MIN_SAFE_INTEGER] })
  const [count, last] = made.rows[0] ?? []
  const reached = Number(count) < DOCUMENTS ? MADE : Number(last)
  await connection.run({ text: 'UPDATE moves SET derived = $1::bigint', params: [reached] })
  return true
}
