/** The commands of a user on a real Postgres: they say what they say of a file, but for ids, times and sizes. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { serveDemo, type DemoSite } from '../../demo/serve.ts'
import { freshDatabase } from '../postgres/index.ts'
import type { Ended } from '../process/index.ts'
import { jsonLinesOf, millrace } from './crawled-demo.ts'

/** Postgres first, the file second. */
type Both<T> = readonly [T, T]

/** What differs from one crawl of the same site to the next. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, 'ID'],
  [/\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, 'TIME'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b1[789]\d{11}\b/g, 'TIME'],
  [/"(seconds|durationMs|duration_ms|position)":[\d.]+/g, '"$1":N'],
  [/"latency":(null|\{[^}]*\})/g, '"latency":L'],
  [/(postgres:\/\/\S+|sqlite:\S+)/g, 'DB'],
]

function steady(text: string): string {
  return VARYING.reduce((rest, [pattern, stands]) => rest.replaceAll(pattern, stands), text)
}

/** Lines whose order is that of ids, made in an order that hangs on the network. */
function sorted(text: string): readonly string[] {
  return steady(text).split('\n').toSorted()
}

describe('the commands on Postgres', () => {
  const cleaning: (() => unknown)[] = []
  let site: DemoSite
  let folder: string
  let urls: Both<string>
  let crawls: Both<Ended>

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-cli-postgres-'))
    cleaning.push(() => rmSync(folder, { recursive: true }))
    site = await serveDemo()
    cleaning.push(() => site.close())
    const database = await freshDatabase({ after: (clean) => cleaning.push(clean as () => unknown) })
    urls = [database, `sqlite:${join(folder, 'demo.db')}`]
    crawls = await onBoth('crawl', `${site.url}/`, '--allow-private', '--delay', '0', '--json')
  })
  after(async () => {
    for (const clean of cleaning.toReversed()) await clean()
  })

  /** Each after the other, so that both have the machine to themselves. */
  async function onBoth(...args: readonly string[]): Promise<Both<Ended>> {
    return [await millrace([...args, '--db', urls[0]]), await millrace([...args, '--db', urls[1]])]
  }

  const onPostgres = (...args: readonly string[]) => millrace([...args, '--db', urls[0]])

  async function runsOf(db: string): Promise<readonly string[]> {
    const { stdout } = await millrace(['runs', '--json', '--db', db])
    return jsonLinesOf(stdout).map(({ run }) => String(run))
  }

  test('crawl ends with the same summary', () => {
    const [postgres, file] = crawls
    assert.deepEqual([postgres.code, file.code], [0, 0], postgres.stderr)
    assert.equal(steady(postgres.stdout), steady(file.stdout))
  })

  const SAME: readonly (readonly string[])[] = [
    ['runs', '--json'],
    ['export', '--kind', 'documents'],
    ['export', '--kind', 'documents', '--canonical-only', '--format', 'csv'],
    ['hosts'],
    ['dead', 'list'],
    ['duplicates', '--json'],
    ['query', 'SELECT url, status, change, bytes, note FROM pages_latest ORDER BY url'],
    ['query', 'SELECT url, title, language, word_count, authors, links FROM documents_latest ORDER BY url'],
    ['query', 'SELECT source_kind, pages, documents, failed, skipped, bytes, dead FROM runs_summary'],
  ]
  for (const args of SAME) {
    test(`${args.join(' ').slice(0, 60)}: the same`, async () => {
      const [postgres, file] = await onBoth(...args)
      assert.deepEqual([postgres.code, postgres.stderr], [file.code, file.stderr])
      assert.notEqual(file.stdout + file.stderr, '')
      assert.deepEqual(steady(postgres.stdout).split('\n'), steady(file.stdout).split('\n'))
    })
  }

  test('export of pages, explain and runs show: the same', async () => {
    const pages = await onBoth('export', '--kind', 'pages')
    assert.deepEqual(sorted(pages[0].stdout), sorted(pages[1].stdout))
    const explained = await onBoth('explain', `${site.url}/handbook/water/`, '--json')
    assert.equal(steady(explained[0].stdout), steady(explained[1].stdout))
    const [inPostgres = [], inFile = []] = await Promise.all(urls.map(runsOf))
    const shown = [
      await millrace(['runs', 'show', inPostgres[0] ?? '', '--json', '--db', urls[0]]),
      await millrace(['runs', 'show', inFile[0] ?? '', '--json', '--db', urls[1]]),
    ]
    const plain = shown.map(({ stdout }) => steady(stdout).replaceAll(/"\w+Ms":[\d.]+/g, '"ms":N'))
    assert.deepEqual([shown[0]?.code, plain[0]], [0, plain[1]])
  })

  test('search finds the same pages', async () => {
    for (const words of ['wheel', '"mill pond"', 'poncelet OR weir', 'Mühlgraben']) {
      const found = await onBoth('search', words, '--limit', '50', '--json')
      const [postgres = [], file = []] = found.map(({ stdout }) =>
        (JSON.parse(stdout) as { url: string }[]).map(({ url }) => url).toSorted(),
      )
      assert.notEqual(file.length, 0)
      assert.deepEqual(postgres, file, words)
    }
  })

  test('crawled again, re-extracted and compared: the same', async () => {
    const again = await onBoth('crawl', `${site.url}/`, '--allow-private', '--delay', '0', '--json')
    assert.equal(steady(again[0].stdout), steady(again[1].stdout))
    const read = await onBoth('re-extract', '--json')
    assert.deepEqual([read[0].code, steady(read[0].stdout)], [0, steady(read[1].stdout)])
    const [inPostgres = [], inFile = []] = await Promise.all(urls.map(runsOf))
    assert.equal(inPostgres.length, 3)
    const compared = [
      await millrace(['diff', inPostgres[2] ?? '', inPostgres[1] ?? '', '--json', '--db', urls[0]]),
      await millrace(['diff', inFile[2] ?? '', inFile[1] ?? '', '--json', '--db', urls[1]]),
    ]
    assert.deepEqual(
      [compared[0]?.code, steady(compared[0]?.stdout ?? '')],
      [0, steady(compared[1]?.stdout ?? '')],
    )
  })

  test('doctor finds everything sound, in full, and --watch tells of the server', async () => {
    const { code, stdout, stderr } = await onPostgres('doctor', '--full', '--json')
    assert.deepEqual([code, stderr], [0, ''])
    const { checks } = JSON.parse(stdout) as { checks: readonly { name: string; status: string }[] }
    const odd = checks.filter(({ status }) => status !== 'ok').map(({ name }) => name)
    // The server of the tests does not sync.
    assert.deepEqual(odd, ['durability'])
    for (const name of ['server', 'schema', 'lock', 'integrity', 'leases', 'clock', 'bodies', 'duplicates'])
      assert.ok(
        checks.some((check) => check.name === name),
        name,
      )
    const watched = await onPostgres('doctor', '--watch', '--times', '1')
    assert.match(watched.stdout, /^position \d+: - units\/s.*no process of Millrace is at work/)
  })

  test('a person can only read, and not for ever', async () => {
    const written = await onPostgres('query', 'DELETE FROM jobs')
    assert.deepEqual([written.code, written.stdout], [64, ''])
    const endless = await onPostgres('query', 'SELECT pg_sleep(60)', '--timeout', '300ms')
    assert.equal(endless.code, 75)
  })

  test('a password is taken from the URL, a command or the configuration, and a wrong one is refused unseen', async () => {
    const { username, password, host, pathname } = new URL(urls[0])
    const bare = `postgres://${username}@${host}${pathname}`
    const without = await millrace(['runs', '--db', bare])
    assert.equal(without.code, 77, without.stderr)
    const wrong = await millrace(['runs', '--db', bare.replace('@', ':HIDDEN@')])
    assert.equal(wrong.code, 77, wrong.stderr)
    assert.doesNotMatch(wrong.stderr, /HIDDEN/)
    const byCommand = await millrace(['runs', '--db', bare, '--db-password-command', `echo '${password}'`])
    assert.equal(byCommand.code, 0, byCommand.stderr)
    const failing = await millrace(['runs', '--db', bare, '--db-password-command', 'echo HIDDEN; exit 1'])
    assert.equal(failing.code, 77)
    assert.doesNotMatch(failing.stderr, /HIDDEN/)
    const config = join(folder, 'millrace.config.ts')
    writeFileSync(
      config,
      `export default { db: { url: '${bare}', password: async () => '${password}', poolSize: 1 } }`,
    )
    const env = { DATABASE_URL: undefined }
    const byFile = await millrace(['runs', '--json'], { cwd: folder, env })
    assert.equal(byFile.code, 0, byFile.stderr)
    assert.notEqual(jsonLinesOf(byFile.stdout).length, 0)
    writeFileSync(config, `export default { db: { url: '${bare}', password: async () => 7 } }`)
    const bad = await millrace(['runs'], { cwd: folder, env })
    assert.equal(bad.code, 78)
    assert.match(bad.stderr, /db\.password: expected it to give a text, got something of type number/)
  })

  test('a server that is not there, and a database that is not, are told apart by exit code', async () => {
    const down = await millrace(['runs', '--db', 'postgres://me:HIDDEN@127.0.0.1:1/x'])
    assert.deepEqual([down.code, down.stdout], [69, ''])
    assert.match(down.stderr, /\[StoreUnreachable\]/)
    const missing = await millrace(['runs', '--db', new URL('/not_there', urls[0]).href])
    assert.equal(missing.code, 78)
    assert.match(missing.stderr, /CREATE DATABASE/)
    const { password } = new URL(urls[0])
    assert.ok(!`${down.stderr}${missing.stderr}`.includes(password))
    assert.doesNotMatch(down.stderr, /HIDDEN/)
    const empty = await millrace(['runs', '--db', new URL('/postgres', urls[0]).href])
    assert.equal(empty.code, 66, empty.stderr)
  })
})
