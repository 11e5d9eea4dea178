/** Deliberate bugs in reading WordPress sites: the walk, the changes, the proof. */
import type { Mutant } from './mutant.ts'

const WALK = 'src/crawl/wordpress/walk/cursor.ts'
const WALK_TEST = ['src/crawl/wordpress/walk/cursor.test.ts']
const SITE_TEST = ['src/crawl/wordpress/wordpress.test.ts']

/** The list. */
export const wordpressMutants: readonly Mutant[] = [
  {
    name: 'walk-without-overlap',
    breaks: 'posts of the second in which an answer ended are not passed over',
    file: WALK,
    find: 'const after = moved(last, -1)',
    replace: 'const after = last',
    tests: WALK_TEST,
  },
  {
    name: 'short-answer-is-the-end',
    breaks: 'an answer with fewer posts than were asked for is not the end',
    file: WALK,
    find: 'if (cursor.page === 1 && total !== null && times.length >= total) return null',
    replace: 'if (times.length < (total ?? 0)) return null',
    tests: WALK_TEST,
  },
  {
    name: 'changes-from-the-mark-on',
    breaks: 'what was changed while the walk was under way is read again',
    file: 'src/crawl/wordpress/discover/look.ts',
    find: 'const mark = newestChange < latest ? newestChange : latest',
    replace: 'const mark = latest',
    tests: SITE_TEST,
    only: 'added behind',
  },
  {
    name: 'proof-of-a-shortfall',
    breaks: 'a run whose totals do not add up is not proven',
    file: 'src/crawl/wordpress/rows/proof.ts',
    find: 'return announced !== null && announced !== stored',
    replace: 'return announced !== null && announced < stored',
    tests: SITE_TEST,
    only: 'counted and not shown',
  },
  {
    name: 'any-refusal-is-a-death',
    breaks: 'a post is gone only where the API itself says so',
    file: 'src/crawl/wordpress/prove/sweep.ts',
    find: 'if (answer.problem !== null && GONE.has(answer.problem))',
    replace: 'if (answer.problem !== null)',
    tests: SITE_TEST,
    only: 'own word counts',
  },
]
