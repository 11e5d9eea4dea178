/** What the tests of WordPress sources share: a fake site, a store, crawls that waste no time, and a look at what is there. */
import type { TestContext } from 'node:test'
import {
  makeContent,
  serveWordpress,
  type Amounts,
  type FakeOptions,
  type FakeSite,
} from '../../../../test/wordpress/index.ts'
import { seededRandom } from '../../../../test/site/index.ts'
import {
  handClock,
  hurried,
  openCrawls,
  type Asked,
  type Crawled,
  type Plain,
} from '../../testing/fixture.ts'
import { completenessOf, type Completeness } from '../rows/index.ts'

/** A row of whatever was selected. */
export type Row = Readonly<Record<string, string | number | null>>

/** A site and the store it is crawled into. */
export interface Trial {
  readonly site: FakeSite
  readonly plain: Plain
  /** Crawls to the end; waits and backoffs take no time. */
  readonly crawl: (asked?: Asked) => Promise<Crawled & { readonly proof: Completeness }>
  readonly sql: (text: string) => Promise<readonly Row[]>
}

/** Serves a made site and opens a store, both until the end of the test. */
export async function wordpressTrial(
  t: TestContext,
  amounts: Amounts,
  options: FakeOptions & { readonly seed?: number } = {},
): Promise<Trial> {
  const stream = seededRandom(options.seed ?? 1)
  const random = () => stream.next()
  const site = await serveWordpress(makeContent(amounts, random), options)
  t.after(() => site[Symbol.asyncDispose]())
  const clock = handClock()
  const plain = await openCrawls(t, clock)
  const { store, bus } = plain
  return {
    site,
    plain,
    async crawl(asked = {}) {
      const onEnd = hurried(clock, bus, asked.onEnd)
      const crawled = await plain.crawl(site.url, { kind: 'wordpress', ...asked, onEnd })
      const proof = await completenessOf(store, crawled.run)
      if (proof === undefined) throw new Error('expected a proof')
      return { ...crawled, proof }
    },
    async sql(text) {
      const rows: Row[] = []
      for await (const chunk of store.sql(text)) {
        for (const row of chunk.rows)
          rows.push(
            Object.fromEntries(
              chunk.columns.map((name, index) => [name, row[index] as string | number | null]),
            ),
          )
      }
      return rows
    },
  }
}

/** The newest title of each URL whose newest page has a document. */
export const LIVE = `SELECT documents.url, documents.title FROM pages_latest JOIN documents ON documents.id = pages_latest.document
  ORDER BY documents.url`
