/** Deliberate bugs in what lets one SQL hold on both databases: text that is lost, refused, or told in another order. */
import type { Mutant } from './mutant.ts'

/** The list. */
export const sqlMutants: readonly Mutant[] = [
  {
    name: 'accents-kept',
    breaks: 'case and accents do not matter on Postgres',
    file: 'src/store/postgres/migrations/search.ts',
    find: "'[\\\\u0300-\\\\u036f]+', '', 'g')",
    replace: "'[\\\\u0300-\\\\u0301]+', '', 'g')",
    tests: ['src/store/postgres/migrations/words.test.ts'],
  },
  {
    name: 'too-many-words-refused',
    breaks: 'a text of any length is indexed on Postgres',
    file: 'src/store/postgres/migrations/search.ts',
    find: 'rest := left(rest, length(rest) / 2);',
    replace: 'RAISE;',
    tests: ['src/store/postgres/migrations/words.test.ts'],
  },
  {
    name: 'min-passes-null-over',
    breaks: 'a function means on Postgres what it means in SQLite',
    file: 'src/store/postgres/migrations/functions.ts',
    find: 'WHEN one IS NOT NULL AND other IS NOT NULL THEN one END',
    replace: 'WHEN one IS NOT NULL THEN one ELSE other END',
    tests: ['src/store/postgres/migrations/functions.test.ts'],
  },
  {
    name: 'longer-urls-offered',
    breaks: 'no URL is crawled that an index can not hold',
    file: 'src/crawl/frontier.ts',
    find: 'url.length <= URL_CHARS_MAX',
    replace: 'url.length <= 2 * URL_CHARS_MAX',
    tests: ['src/crawl/stages/long-links.test.ts'],
  },
]
