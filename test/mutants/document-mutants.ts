/** Deliberate bugs in documents: their versions, the threads that read pages, and reading stored pages again. */
import type { Mutant } from './mutant.ts'

const DOCUMENT = 'src/crawl/history/document.ts'
const DOCUMENT_TEST = ['src/crawl/history/document.test.ts']

/** The list. */
export const documentMutants: readonly Mutant[] = [
  {
    name: 'stored-page-hides-newer',
    breaks: 'what was fetched since is not hidden by an older page that is read again',
    file: DOCUMENT,
    find: 'AND (:extractedFrom IS NULL OR :extractedFrom = (',
    replace: 'AND (true OR :extractedFrom = (',
    tests: DOCUMENT_TEST,
  },
  {
    name: 'markdown-alone-is-no-change',
    breaks: 'a version is added when anything that was read differs',
    file: DOCUMENT,
    find: "  'markdown',\n",
    replace: '',
    tests: DOCUMENT_TEST,
  },
  {
    name: 'innocent-page-blamed',
    breaks: 'a page that ends its thread is the only one that fails',
    file: 'src/crawl/read/page/reading-thread.ts',
    find: 'this.#options.onOver(this, left)',
    replace: 'for (const task of left.splice(0)) task.reject(error)\n    this.#options.onOver(this, left)',
    tests: ['src/crawl/read/page/page-reader.test.ts'],
    only: 'EXIT',
  },
  {
    name: 'unreadable-body-lost',
    breaks: 'a page that can not be read is kept with its body',
    file: 'src/crawl/stages/fetch-page.ts',
    find: 'return { raw, reading: null, error }',
    replace: 'return { raw: raw === null ? raw : null, reading: null, error }',
    tests: ['src/crawl/stages/unreadable.test.ts'],
    only: 'kept with its body',
  },
  {
    name: 'remade-document-outlives-page',
    breaks: 'what was made again of a page goes with the run that fetched the page',
    file: 'src/crawl/history/upkeep/delete-run.ts',
    find: 'UNION SELECT id FROM documents WHERE extracted_from IN (${chunk})\n',
    replace: 'UNION SELECT id FROM documents WHERE extracted_from IN (${chunk}) AND false\n',
    tests: ['src/crawl/stages/re-extract/re-extract.test.ts'],
    only: 'goes with the run',
  },
  {
    name: 'walk-ends-early',
    breaks: 'every selected URL is read again, however many there are',
    file: 'src/crawl/stages/re-extract/re-extract-stage.ts',
    find: 'urls.length < URLS_A_WALK ? []',
    replace: 'urls.length <= URLS_A_WALK ? []',
    tests: ['src/crawl/stages/re-extract/re-extract.test.ts'],
    only: 'beside the old one',
  },
]
