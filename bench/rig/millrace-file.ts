/** A Millrace file of as many rows as asked for, made by SQL of its own: storing them one by one would take the evening. */
import { DatabaseSync } from 'node:sqlite'
import { openSqlite } from '../../src/store/sqlite/index.ts'

/** Of ten rows so many are jobs, pages and documents: a crawl knows more URLs than it has read. */
const SHARES = { jobs: 6, pages: 3, documents: 1 }
const TENTHS = 10
const AT = 1_760_000_000_000

/** Ids as UUIDv7 is written, growing; one space for each table. */
const id = (space: number) => `printf('0199d3f0-0000-7%03x-8000-%012x', ${space}, n)`
const url = `'https://site.example/section-' || (n % 997) || '/page-' || n`
const sha256 = `printf('%064x', n)`
const text = `'Page ' || n || ' says what it says. ' || substr(
  'Fifteen words of plain text, some of them "quoted", with a line\nand as often as not an é or an € among them.', 1, 40 + n % 70)`

const JOBS = `INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts, attempts_max,
    waits, crashes, crashes_alone, epoch, created_at, finished_at, position)
  SELECT ${id(1)}, 'run', 'page', ${url}, 'site.example', 'completed', n % 9, ${AT} + n,
    '{"depth":' || n % 9 || ',"url":"' || ${url} || '"}', 1, 5, 0, 0, 0, 1, ${AT} + n, ${AT} + n + 100, n FROM numbers`
const PAGES = `INSERT INTO pages (id, run, source, url, url_key, url_key_version, status, content_type, headers, remote_address,
    fetched_at, duration_ms, bytes, raw_sha256, redirect_to, note, document, position, change)
  SELECT ${id(2)}, 'run', 'source', ${url}, ${url}, 1, 200, 'text/html; charset=utf-8',
    '[["content-type","text/html; charset=utf-8"],["etag","' || n || '"]]', '192.0.2.1', ${AT} + n, 10 + n % 500,
    1000 + n % 9000, NULL, NULL, NULL, NULL, n, 'new' FROM numbers`
const DOCUMENTS = `INSERT INTO documents (id, run, source, url, url_key, title, text, language, authors, links, metadata,
    needs_javascript, sha256, raw_sha256, extractor, created_at, position, word_count)
  SELECT ${id(3)}, 'run', 'source', ${url}, ${url}, 'Page ' || n, ${text}, 'en', '[]', '[]', '{}', 0, ${sha256}, ${sha256}, 1,
    ${AT} + n, n, 15 FROM numbers`

/** Makes it. */
export async function makeMillraceFile(path: string, rows: number): Promise<void> {
  const store = await openSqlite({ path, definitions: [] })
  await store.close()
  using database = new DatabaseSync(path)
  database.exec('PRAGMA synchronous = OFF; BEGIN')
  for (const [table, insert] of Object.entries({ jobs: JOBS, pages: PAGES, documents: DOCUMENTS })) {
    const count = Math.floor((rows * SHARES[table as keyof typeof SHARES]) / TENTHS)
    database.exec(`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      ${insert}`)
  }
  database.exec(
    `UPDATE counters SET value = ${rows} WHERE name = 'position'; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`,
  )
}
