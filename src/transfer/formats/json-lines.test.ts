/** JSON Lines lose nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { collect, openStore, writeBoth } from '../testing/fixture.ts'
import { exportRows } from '../export/index.ts'
import { jsonLines } from './json-lines.ts'

test('any text comes out of store and line as it went in, over UTF-8 bytes, one row a line', async (t) => {
  const { store } = await openStore(t)
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (title, text) => {
      const run = `r${number++}`
      const hostile = `${title}\ud800\0\n\r\u2028"\\`
      const url = `https://site.test/${run}`
      await store.commit({
        commands: writeBoth(run, { run, url, title: hostile, text, metadata: { [title]: text } }),
      })
      const lines = await collect(jsonLines(exportRows(store, { kind: 'documents', run })))
      const written = Buffer.from(lines.join('')).toString()
      const [line, rest, ...others] = written.split('\n')
      assert.deepEqual([rest, others], ['', []])
      const row = JSON.parse(line ?? '') as Record<string, unknown>
      assert.equal(row['title'], hostile)
      assert.equal(row['text'], text)
      assert.deepEqual(Object.entries(row['metadata'] as object), [[title, text]])
    }),
  )
})
