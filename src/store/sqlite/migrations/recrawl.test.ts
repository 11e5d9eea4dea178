/** A file that was written before runs were incremental says of its pages what it would say now. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { first } from './0001-first.ts'
import { recrawl } from './0003-recrawl.ts'

/** Page versions as url, run, and document; a document's text is its first letter. */
const PAGES = [
  ['/a', 'r1', 'x1'],
  ['/b', 'r1', 'x2'],
  ['/c', 'r1', null],
  ['/a', 'r2', 'x1'],
  ['/b', 'r2', 'y1'],
  ['/c', 'r2', 'x3'],
  ['/a', 'r3', null],
  ['/b', 'r3', 'y2'],
  ['/a', 'r4', 'x4'],
] as const

function oldFile(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec(first.sql)
  db.exec("INSERT INTO sources VALUES ('s', 'html', 'k', '[]', '{}', 0, 0)")
  const run = db.prepare("INSERT INTO runs VALUES (?, 's', 'completed', NULL, '{}', 0, 0, 0, 0, 0, 0, 0, 0)")
  for (const id of ['r1', 'r2', 'r3', 'r4']) run.run(id)
  const document =
    db.prepare(`INSERT OR IGNORE INTO documents (id, run, source, url, url_key, title, text, authors, links,
    metadata, needs_javascript, sha256, raw_sha256, extractor, created_at, position)
    VALUES (?, 'r1', 's', '', '', 'title', '', '[]', '[]', '{}', 0, ?, '', 1, 0, 0)`)
  const page = db.prepare(`INSERT INTO pages (id, run, source, url, url_key, url_key_version, status, headers,
    remote_address, fetched_at, duration_ms, bytes, document, position)
    VALUES (?, ?, 's', ?, ?, 1, ?, '[]', '', 0, 0, 0, ?, ?)`)
  for (const [index, [url, of, id]] of PAGES.entries()) {
    if (id !== null) document.run(id, id.slice(0, 1))
    page.run(`p${index}`, of, url, url, id === null ? 404 : 200, id, index + 1)
  }
  return db
}

test('each answer of an old file is judged by the one with a document before it, and counted in its run', () => {
  using db = oldFile()
  db.exec(recrawl.sql)
  assert.deepEqual(
    db
      .prepare('SELECT change FROM pages ORDER BY position')
      .all()
      .map((row) => row['change']),
    ['new', 'new', null, 'unchanged', 'changed', 'new', null, 'unchanged', 'unchanged'],
  )
  assert.deepEqual(
    db
      .prepare('SELECT pages_new, pages_changed, pages_unchanged, pages_gone FROM runs_summary ORDER BY id')
      .all()
      .map((row) => Object.values(row)),
    [
      [2, 0, 0, 0],
      [1, 1, 1, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 0],
    ],
  )
})
