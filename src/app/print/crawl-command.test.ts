import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crawlCommand } from './crawl-command.ts'

test('a run over stored pages is gone on with by re-extract and its selection', () => {
  const rules = { include: [], exclude: [], source: null, run: 'r1', urlPrefix: "https://x.test/it's" }
  assert.equal(
    crawlCommand({ kind: 'stored', seeds: [], rules, limits: {}, pages: 5 }, { url: 'sqlite:x.db' }),
    String.raw`millrace re-extract --run r1 --url-prefix 'https://x.test/it'\''s' --db sqlite:x.db`,
  )
})
