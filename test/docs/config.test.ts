/** docs/config.md: its example is a configuration, and its tables have every key and no other. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { effectiveConfig } from '../../src/app/commands/upkeep/effective-config.ts'
import { loadConfig, type Config } from '../../src/app/config/index.ts'
import { readOwn } from '../house/sources.ts'

const page = readOwn('docs/config.md')

test('the example is a configuration where its variable is set, and is refused where it is not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
    delete process.env['NEWS_KEY']
  })
  const example = /^```ts\n([^]*?)^```$/m.exec(page)?.[1] ?? assert.fail('no example')
  const file = (name: string) => {
    const path = join(folder, name)
    writeFileSync(path, example)
    return path
  }
  delete process.env['NEWS_KEY']
  await assert.rejects(loadConfig(file('unset.ts')), {
    code: 'BadConfig',
    message: /sources\.news\.network\.headers\.x-api-key: expected a text, got nothing/,
  })
  process.env['NEWS_KEY'] = 'key'
  const { sources = {} } = await loadConfig(file('set.ts'))
  assert.deepEqual(Object.keys(sources), ['news', 'manuals'])
})

const FULL: Config = {
  sources: {
    NAME: {
      url: 'https://example.org/',
      urls: ['https://example.org/a'],
      from: 'seeds.txt',
      network: { headers: { name: 'value' }, basicAuth: { username: 'me', password: 'mine' } },
    },
  },
  pipelines: { NAME: { source: 'NAME' } },
}

test('the tables have every key and no other', () => {
  const parts = page.slice(page.indexOf('## Keys')).split(/^(?:Keys|Further keys) of /m)
  const [top = [], ofCrawl = [], ofSource = [], ofPipeline = []] = parts.map((part) =>
    [...part.matchAll(/^\| `([^`]+)`/gm)].map((row) => row[1] ?? ''),
  )
  const listed = [
    ...top.filter((key) => !/\*|NAME/.test(key)),
    ...ofCrawl.map((key) => `crawl.${key}`),
    ...[...ofCrawl, ...ofSource].map((key) => `sources.NAME.${key}`),
    ...ofPipeline.map((key) => `pipelines.NAME.${key}`),
  ]
  const settings = effectiveConfig({
    config: FULL,
    db: { url: 'sqlite:x.db' },
    dbFrom: 'default',
    passwordFrom: null,
  })
  const known = settings.map(({ key }) => key.replace(/(headers|basicAuth)\..*$/, '$1'))
  assert.deepEqual(listed.toSorted(), [...new Set(known)].toSorted())
})
