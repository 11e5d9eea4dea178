/** Deliberate bugs in finding duplicates: some are missed, stay together, or are told the wrong document. */
import type { Mutant } from './mutant.ts'

const JOIN = 'src/crawl/duplicates/join.ts'
const JOIN_TEST = ['src/crawl/duplicates/join.test.ts']

/** The list. */
export const duplicateMutants: readonly Mutant[] = [
  {
    name: 'band-not-looked-at',
    breaks: 'every two texts within three bits are found',
    file: 'src/crawl/duplicates/near.ts',
    find: 'return BANDS.map(',
    replace: 'return BANDS.slice(0, 3).map(',
    tests: JOIN_TEST,
  },
  {
    name: 'clusters-not-merged',
    breaks: 'clusters do not depend on the order of arrival',
    file: JOIN,
    find: 'OR cluster IN (SELECT number FROM met))',
    replace: 'OR cluster IN (SELECT number FROM met WHERE number = 1))',
    tests: JOIN_TEST,
  },
  {
    name: 'torn-cluster-kept',
    breaks: 'after a deletion the clusters are those of what stays',
    file: JOIN,
    find: 'SET cluster = NULL WHERE cluster IN',
    replace: 'SET cluster = NULL WHERE cluster < 0 AND cluster IN',
    tests: JOIN_TEST,
  },
  {
    name: 'canonical-of-another-run',
    breaks: 'the canonical document is one of the export',
    file: 'src/crawl/duplicates/members.ts',
    find: "'page.run = :run AND page.position <= :upTo'",
    replace: "'page.position <= :upTo'",
    tests: ['src/crawl/duplicates/members.test.ts'],
  },
  {
    name: 'canonical-of-an-old-version',
    breaks: 'a document that was made again of a stored page stands where its new text does',
    file: 'src/crawl/duplicates/members.ts',
    find: '`document.position = (SELECT max(newer.position)',
    replace: '`document.position <= (SELECT max(newer.position)',
    tests: ['src/crawl/duplicates/members.test.ts'],
  },
]
