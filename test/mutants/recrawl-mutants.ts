/** Deliberate bugs in incremental runs: what is asked, what is believed, what is said of a page. */
import type { Mutant } from './mutant.ts'

const RECRAWL_TEST = ['src/crawl/stages/recrawl.test.ts']

/** The list. */
export const recrawlMutants: readonly Mutant[] = [
  {
    name: 'gone-at-first-miss',
    breaks: 'a page is gone only when two runs in a row did not find it',
    file: 'src/crawl/history/changes/judge-page.ts',
    find: "IN ('missed', 'gone'), 'gone', 'missed')",
    replace: "IN ('missed', 'gone'), 'gone', 'gone')",
    tests: RECRAWL_TEST,
    only: 'missed once',
  },
  {
    name: 'links-of-304-dropped',
    breaks: 'what only an unchanged page links to is found',
    file: 'src/crawl/stages/page-stage.ts',
    find: '    ...offerLinks(options, links, job, now),\n  ]\n}\n\nfunction pageRow(',
    replace: '    ...offerLinks(options, links.slice(0, 0), job, now),\n  ]\n}\n\nfunction pageRow(',
    tests: RECRAWL_TEST,
    only: 'found by its links',
  },
  {
    name: 'recall-ends-after-one-job',
    breaks: 'all that is known is looked at again',
    file: 'src/crawl/stages/recall-stage.ts',
    find: 'next: known.length < limit ?',
    replace: 'next: known.length <= limit ?',
    tests: RECRAWL_TEST,
    only: 'offered once each',
  },
  {
    name: 'recall-forgets-depth',
    breaks: 'a page that is recalled is as far from a seed as it was',
    file: 'src/crawl/stages/recall-stage.ts',
    find: 'offerFinds({ run, kind: PAGE_KIND, urls, depth, pace }, now)',
    replace: 'offerFinds({ run, kind: PAGE_KIND, urls, depth: depth * 0, pace }, now)',
    tests: RECRAWL_TEST,
    only: 'as far from a seed',
  },
  {
    name: 'any-304-believed',
    breaks: 'a 304 that nobody asked for is a failure',
    file: 'src/crawl/stages/fetch-page.ts',
    find: 'conditions.length > 0 ? earlier : undefined',
    replace: 'earlier',
    tests: RECRAWL_TEST,
    only: 'not conditional',
  },
  {
    name: 'sitemap-believed-for-ever',
    breaks: 'a sitemap that lies is believed for some days only',
    file: 'src/crawl/stages/listed-stage.ts',
    find: 'const BELIEVED_MS = 7 *',
    replace: 'const BELIEVED_MS = 7_000 *',
    tests: ['src/crawl/stages/listed-stage.test.ts'],
    only: '7 days',
  },
  {
    name: 'sitemap-date-without-margin',
    breaks: 'a date may be a day of any time zone',
    file: 'src/crawl/stages/listed-stage.ts',
    find: '>= lastmod + MARGIN_MS',
    replace: '>= lastmod',
    tests: ['src/crawl/stages/listed-stage.test.ts'],
    only: 'well after its date',
  },
  {
    name: 'diff-blind-to-gone',
    breaks: 'a diff lists what is gone',
    file: 'src/crawl/history/changes/diff.ts',
    find: "page.change = 'gone'",
    replace: "page.change = 'nothing'",
    tests: ['src/crawl/history/changes/diff.test.ts'],
    only: 'either way round',
  },
]
