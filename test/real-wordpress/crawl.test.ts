/** A real WordPress is stored whole: while it is edited, when the crawl is killed, and again when it has changed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { BIN, jsonLinesOf, millrace } from '../cli/crawled-demo.ts'
import { seededRandom } from '../site/index.ts'
import { whyNoWordPress } from './install.ts'
import { startRealSite, type Edit, type Published, type RealSite } from './real-site.ts'

const POSTS = 2_200

/** What an editor does when so many requests have been made. */
const EDITS: ReadonlyMap<number, readonly [Edit, number]> = new Map([
  [6, ['backdate', 1]],
  [8, ['edit', 40]],
  [10, ['delete', 300]],
  [12, ['add', 1]],
  [14, ['delete', 1_900]],
  [16, ['edit', 2_000]],
  [18, ['backdate', 2]],
  [20, ['delete', 3]],
  [22, ['add', 2]],
])

interface Article {
  readonly title: string
  readonly author: string
  readonly publishedAt: string
  readonly says: string
}

/** What must agree, in one order. A page behind a password is announced, but what it says is not shown. */
function published(rows: readonly Published[]): readonly Article[] {
  return inOrder(
    rows.map(({ title, author, publishedAt, content, password }) => ({
      title,
      // WordPress keeps names as they stand in HTML.
      author: author.replaceAll('&amp;', '&'),
      publishedAt: `${publishedAt.replace(' ', 'T')}.000Z`,
      says: password === '' ? saying(content.replaceAll(/<[^>]*>/g, '')) : '',
    })),
  )
}

function saying(text: string): string {
  return /(Text number|Corrected:|Written while|Filed under)[^—]*/.exec(text)?.[0].trim() ?? ''
}

/** What is in one list and not in the other, a few of it. */
function lacking(list: readonly Article[], other: readonly Article[]): readonly Article[] {
  const there = new Set(other.map((article) => JSON.stringify(article)))
  return list.filter((article) => !there.has(JSON.stringify(article))).slice(0, 5)
}

function inOrder(articles: readonly Article[]): readonly Article[] {
  return articles.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

async function stored(db: string): Promise<readonly Article[]> {
  const { stdout } = await millrace(['export', '--kind', 'documents', '--db', db])
  const lines = jsonLinesOf(stdout) as unknown as readonly {
    title: string
    authors: readonly string[]
    publishedAt: string
    text: string
    goneAt?: string | null
  }[]
  return inOrder(
    lines
      .filter(({ goneAt = null }) => goneAt === null)
      .map(({ title, authors, publishedAt, text }) => ({
        title,
        author: authors.join(),
        publishedAt,
        says: saying(text),
      })),
  )
}

describe('a real WordPress', { skip: whyNoWordPress() ?? false }, () => {
  let site: RealSite
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-real-'))
    site = await startRealSite(POSTS)
  })
  after(async () => {
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('announces what its database says is public', async () => {
    const totals: number[] = []
    for (const base of ['posts', 'pages', 'reports']) {
      const answer = await fetch(`${site.url}/wp-json/wp/v2/${base}?per_page=1`)
      totals.push(Number(answer.headers.get('x-wp-total')))
    }
    const rows = await site.published()
    assert.equal(
      totals.reduce((sum, total) => sum + total, 0),
      rows.length,
    )
    assert.equal(new Set(rows.map(({ author }) => author)).size, 5)
    assert.equal(new Set(rows.map(({ type }) => type)).size, 3)
  })

  const argsFor = (db: string) => [
    'crawl',
    `${site.url}/`,
    '--source',
    'wordpress',
    '--allow-private',
    '--delay',
    '0',
    '--json',
    '--db',
    db,
  ]

  /** The crawl's own proof, and ours: its documents are what the site's database says is public. */
  async function assertWhole(db: string, summary: Readonly<Record<string, unknown>>): Promise<void> {
    const truth = published(await site.published())
    const found = await stored(db)
    assert.deepEqual(lacking(truth, found), [], 'published, and not stored so')
    assert.deepEqual(lacking(found, truth), [], 'stored, and not published so')
    assert.equal(found.length, truth.length)
    const proof = summary['completeness'] as { announced: number; stored: number }
    assert.deepEqual([proof.announced, proof.stored], [truth.length, truth.length])
    const doctor = await millrace(['doctor', '--full', '--db', db])
    assert.equal(doctor.code, 0, doctor.stdout)
  }

  test('is stored whole although posts are added, edited and deleted meanwhile; the next crawl takes what changed', async () => {
    const db = `sqlite:${join(folder, 'edited.db')}`
    const before = site.requests.length
    site.onRequest = async (count) => {
      const edit = EDITS.get(count - before)
      if (edit !== undefined) await site.change(...edit)
    }
    const first = await millrace(argsFor(db))
    assert.equal(first.code, 0, first.stderr)
    assert.ok(site.requests.length - before > 22, 'the edits came while it was read')
    site.onRequest = undefined
    await assertWhole(db, JSON.parse(first.stdout) as Record<string, unknown>)

    const edits: readonly (readonly [Edit, number])[] = [
      ['add', 3],
      ['edit', 500],
      ['edit', 7],
      ['delete', 600],
      ['backdate', 3],
    ]
    for (const edit of edits) await site.change(...edit)
    const asked = site.requests.length
    const second = await millrace(argsFor(db))
    assert.equal(second.code, 0, second.stderr)
    await assertWhole(db, JSON.parse(second.stdout) as Record<string, unknown>)
    assert.ok(
      site.requests.length - asked < 100,
      `an increment took ${site.requests.length - asked} requests`,
    )
  })

  test('is stored whole and nothing twice although the crawl is killed again and again', async () => {
    const db = `sqlite:${join(folder, 'killed.db')}`
    const random = seededRandom(7)
    for (let kills = 0; kills < 5; kills++) {
      const child = spawn(process.execPath, [BIN, ...argsFor(db)], { stdio: 'ignore' })
      const exited = once(child, 'exit')
      const last = site.requests.length + 1 + random.below(8)
      site.onRequest = async (count) => {
        if (count >= last) child.kill('SIGKILL')
      }
      await exited
    }
    site.onRequest = undefined
    const { code, stdout, stderr } = await millrace(argsFor(db))
    assert.equal(code, 0, stderr)
    await assertWhole(db, JSON.parse(stdout) as Record<string, unknown>)
  })
})
