/** Deliberate bugs in what all backends share: values, kept receipts, changes, reading; and in how a place is shared. */
import type { Mutant } from './mutant.ts'

const CONFORMANCE = ['src/store/sqlite/conformance.test.ts']

/** The list. */
export const contractMutants: readonly Mutant[] = [
  {
    name: 'held-name-as-utf8',
    breaks: 'any text is a name of its own to hold',
    file: 'src/store/sqlite/open/store-over.ts',
    find: 'sha256(toPortable(name))',
    replace: "sha256(toPortable('') + name)",
    tests: CONFORMANCE,
    only: 'a held name has one owner',
  },
  {
    name: 'kept-bytes-left-as-text',
    breaks: 'the first receipt comes back with its bytes',
    file: 'src/store/queue/packed-results.ts',
    find: "typeof value?.base64 === 'string'",
    replace: "typeof value?.base64 === 'string' && value.base64.length < 8",
    tests: CONFORMANCE,
    only: 'contract: traps',
  },
  {
    name: 'closed-store-runs-sql',
    breaks: 'a closed store refuses everything',
    file: 'src/store/reading/reader-over.ts',
    find: 'if (isClosed) throw closed()',
    replace: 'if (isClosed && text === undefined) throw closed()',
    tests: CONFORMANCE,
    only: 'contract: queue',
  },
  {
    name: 'integer-rounded',
    breaks: 'a number that would lose digits is refused',
    file: 'src/store/codec.ts',
    find: 'if (Number.isSafeInteger(value)) return',
    replace: 'if (Number.isInteger(value)) return',
    tests: CONFORMANCE,
    only: 'contract: traps',
  },
  {
    name: 'lone-surrogate-replaced',
    breaks: 'text that is no Unicode comes back as it was',
    file: 'src/store/portable-text.ts',
    find: 'if (!NEEDS_ESCAPE.test(text) && text.isWellFormed()) return text',
    replace: 'if (!NEEDS_ESCAPE.test(text)) return text',
    tests: CONFORMANCE,
    only: 'contract: traps',
  },
  {
    name: 'changes-paged-by-noun',
    breaks: 'whoever follows the changes misses none',
    file: 'src/store/reading/engine-queries.ts',
    find: 'ORDER BY position, noun, id LIMIT',
    replace: 'ORDER BY noun, id, position LIMIT',
    tests: CONFORMANCE,
    only: 'changes that are followed',
  },
  {
    name: 'pool-waits-hidden',
    breaks: 'reads that wait for a thread are counted',
    file: 'src/store/sqlite/reader/reader-pool.ts',
    find: 'if (thread.openCount > 0) this',
    replace: 'if (thread.isDead) this',
    tests: ['src/store/sqlite/reader/reader-pool.test.ts'],
    only: 'is counted',
  },
  {
    name: 'held-name-as-it-is',
    breaks: 'any text is a name to hold, also one that Postgres does not take',
    file: 'src/store/postgres/processes/keeper.ts',
    find: 'const lock = toPortable(name)',
    replace: "const lock = name.replaceAll('\\0', '')",
    tests: ['src/store/postgres/conformance.test.ts'],
    only: 'a held name has one owner',
  },
]
