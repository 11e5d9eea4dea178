/** What every side of the content benchmark does and prints: a manual and articles through its extraction, timed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { type ArticlePage, readArticles, scoreF1 } from './articles.ts'

/** A page as bytes, with where it was found. */
export interface Page {
  readonly url: string
  readonly html: Uint8Array
}

/** The line of JSON a side prints. Article figures are null where it was given none. */
export interface Extracted {
  readonly manualPagesPerSecond: number
  readonly manualMbPerSecond: number
  /** Of all threads: what it costs, whatever else the machine does. */
  readonly manualCpuMsPerPage: number
  readonly articlePagesPerSecond: number | null
  readonly articleMbPerSecond: number | null
  readonly f1: number | null
}

/** Gives the text of each page, in their order. */
export type Extract = (pages: readonly Page[]) => Promise<readonly string[]>

/** Reads the pages that the arguments name, then times their extraction and prints what it found. */
export async function timeExtraction(extract: Extract): Promise<void> {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string', default: '.' },
      articles: { type: 'string' },
      every: { type: 'string', default: '1' },
      threads: { type: 'string' },
    },
  })
  const manual = await timed(readManual(values.corpus, Number(values.every)), extract)
  const pages: readonly ArticlePage[] = values.articles === undefined ? [] : readArticles(values.articles)
  const articles = pages.length === 0 ? null : await timed(pages, extract)
  const result: Extracted = {
    manualPagesPerSecond: manual.pagesPerSecond,
    manualMbPerSecond: manual.mbPerSecond,
    manualCpuMsPerPage: manual.cpuMsPerPage,
    articlePagesPerSecond: articles?.pagesPerSecond ?? null,
    articleMbPerSecond: articles?.mbPerSecond ?? null,
    f1: articles === null ? null : scoreF1(pages, articles.texts),
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

interface Timed {
  readonly texts: readonly string[]
  readonly pagesPerSecond: number
  readonly mbPerSecond: number
  readonly cpuMsPerPage: number
}

async function timed(pages: readonly Page[], extract: Extract): Promise<Timed> {
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const texts = await extract(pages)
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(cpuBefore)
  const bytes = pages.reduce((total, page) => total + page.html.length, 0)
  return {
    texts,
    pagesPerSecond: pages.length / seconds,
    mbPerSecond: bytes / 1e6 / seconds,
    cpuMsPerPage: (user + system) / 1_000 / pages.length,
  }
}

function readManual(folder: string, every: number): Page[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.html'))
  return names
    .filter((_, index) => index % every === 0)
    .map((name) => ({ url: `https://docs.example.org/${name}`, html: readFileSync(join(folder, name)) }))
}
