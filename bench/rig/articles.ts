/**
 * Article pages whose bodies a person marked, and how well a reading of them does. The measure is that of the public
 * article-extraction benchmark: multisets of four-word shingles page by page, precision and recall averaged over the
 * pages, F1 of the averages.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A page with its body as it should be read. */
export interface ArticlePage {
  readonly url: string
  /** UTF-8. */
  readonly html: Uint8Array
  readonly body: string
}

const SHINGLE_WORDS = 4

/** The pages of a folder with truth.json (id -> articleBody, url) and html/ID.html.gz, by id. @throws Error where it has none */
export function readArticles(folder: string): ArticlePage[] {
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Record<
    string,
    { readonly articleBody: string; readonly url: string }
  >
  return Object.entries(truth)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { articleBody, url }]) => {
      const html = gunzipSync(readFileSync(join(folder, 'html', `${id}.html.gz`)))
      return { url, html, body: articleBody }
    })
}

/** F1 of texts read from the pages, in the order of the pages. */
export function scoreF1(pages: readonly ArticlePage[], texts: readonly string[]): number {
  const compared = pages.map((page, index) => compare(shingles(page.body), shingles(texts[index] ?? '')))
  // As the benchmark has it: a page that nothing was read from counts against recall only.
  const precision = mean(compared.filter(({ got }) => got > 0).map(({ hit, got }) => hit / got))
  const recall = mean(compared.filter(({ wanted }) => wanted > 0).map(({ hit, wanted }) => hit / wanted))
  return (2 * precision * recall) / (precision + recall)
}

interface Compared {
  readonly hit: number
  readonly got: number
  readonly wanted: number
}

function compare(wanted: ReadonlyMap<string, number>, got: ReadonlyMap<string, number>): Compared {
  let hit = 0
  for (const [shingle, count] of got) hit += Math.min(count, wanted.get(shingle) ?? 0)
  return { hit, got: sum(got.values()), wanted: sum(wanted.values()) }
}

function shingles(text: string): Map<string, number> {
  const words = text.match(/[\p{L}\p{N}\p{M}_]+/gu) ?? []
  const counts = new Map<string, number>()
  for (let start = 0; start < Math.max(1, words.length - SHINGLE_WORDS + 1); start++) {
    const shingle = words.slice(start, start + SHINGLE_WORDS).join('\0')
    if (shingle !== '') counts.set(shingle, (counts.get(shingle) ?? 0) + 1)
  }
  return counts
}

function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
