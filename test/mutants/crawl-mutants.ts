/** Deliberate bugs in crawling and exporting: runs, limits, politeness, safety, files that are followed. */
import type { Mutant } from './mutant.ts'

const RUN = 'src/crawl/history/run.ts'
const RUN_TEST = ['src/crawl/history/run.test.ts']

/** The list. */
export const crawlMutants: readonly Mutant[] = [
  {
    name: 'completed-run-reopened',
    breaks: 'after a completed run comes a new one',
    file: 'src/crawl/history/open-run.ts',
    find: 'return work?.isOpen === true ? newest : undefined',
    replace: 'return work === undefined ? undefined : newest',
    tests: ['src/crawl/history/open-run.test.ts'],
  },
  {
    name: 'cancelled-run-resumed',
    breaks: 'a cancelled run stays cancelled',
    file: RUN,
    find: "state IN ('planned', 'running', 'paused', 'stopped', 'completed')",
    replace: "state IN ('planned', 'running', 'paused', 'stopped', 'completed', 'cancelled')",
    tests: RUN_TEST,
  },
  {
    name: 'run-ended-under-others',
    breaks: 'a run is not ended while another process works on it',
    file: RUN,
    find: "jobs.state = 'running' AND jobs.run = :id AND process <> :process",
    replace: "jobs.state = 'nowhere' AND jobs.run = :id AND process <> :process",
    tests: RUN_TEST,
  },
  {
    name: 'run-without-its-seeds',
    breaks: 'a run is there with its seeds or not at all',
    file: 'src/crawl/history/open-run.ts',
    find: '  await store.commit({ commands: [begin, ...paceLanes(options), ...seeds] })',
    replace: `  await store.commit({ commands: [begin] })
  await store.commit({ commands: [...paceLanes(options), ...seeds] })`,
    tests: ['src/crawl/history/open-run.test.ts'],
  },
  {
    name: 'unchanged-document-kept-again',
    breaks: 'a document has a version only where something changed',
    file: 'src/crawl/history/page.ts',
    find: 'AND sha256 = :sha256 AND title = :title',
    replace: "AND sha256 = '' AND sha256 = :sha256 AND title = :title",
    tests: ['src/crawl/history/open-run.test.ts'],
  },
  {
    name: 'max-pages-overshot',
    breaks: '--max-pages is exact',
    file: 'src/crawl/crawl.ts',
    find: 'room: () => this.#pagesLeft(),\n        ...this.#pageBudget(),',
    replace: '',
    tests: ['src/crawl/crawl-end.test.ts'],
    only: '--max-pages',
  },
  {
    name: 'robots-ignored',
    breaks: 'what robots.txt forbids is not fetched',
    file: 'src/crawl/politeness/robots-keeper.ts',
    find: "return verdict.kind !== 'rules' || allows(",
    replace: "return verdict.kind === 'rules' || allows(",
    tests: ['src/crawl/politeness/robots-keeper.test.ts'],
    only: 'forbids',
  },
  {
    name: 'export-sees-later-commits',
    breaks: 'an export shows one position',
    file: 'src/transfer/export/export-rows.ts',
    find: 'const upTo = await reader.position()',
    replace: 'const upTo = (await reader.position()) + 1_000',
    tests: ['src/transfer/export/export-rows.test.ts'],
  },
  {
    name: 'follower-one-line-late',
    breaks: 'a followed file is gone on with where it ended',
    file: 'src/transfer/follow/find-place.ts',
    find: 'return { position: place.position, urlKey: key }',
    replace: 'return { position: place.position + 1, urlKey: key }',
    tests: ['src/transfer/follow/follow-run.test.ts'],
  },
  {
    name: 'torn-line-kept',
    breaks: 'what a crash left torn is cut',
    file: 'src/transfer/follow/follow-run.ts',
    find: '  await handle.truncate(end)\n',
    replace: '',
    tests: ['src/transfer/follow/follow-run.test.ts'],
  },
  {
    name: 'half-an-export-in-place',
    breaks: 'until an export is whole the old file stays',
    file: 'src/transfer/export/write-export.ts',
    find: 'return replaceFile(lines, path, { mode: known?.mode, signal })',
    replace: 'return toDevice(lines, path, signal)',
    tests: ['src/transfer/export/write-export.test.ts'],
  },
  {
    name: 'formulas-in-csv',
    breaks: 'no spreadsheet runs what a stranger wrote',
    file: 'src/transfer/export/csv-lines.ts',
    find: 'escape_formulas: true',
    replace: 'escape_formulas: false',
    tests: ['src/transfer/export/csv-lines.test.ts'],
  },
  {
    name: 'address-not-checked-at-connect',
    breaks: 'a name that resolves to a private address is refused',
    file: 'src/crawl/fetch/network/guard.ts',
    find: 'const allowed = all.filter(({ address }) => isPublicAddress(address))',
    replace: 'const allowed = all',
    tests: ['src/crawl/fetch/network/guard.test.ts'],
    only: 'turns private',
  },
]
