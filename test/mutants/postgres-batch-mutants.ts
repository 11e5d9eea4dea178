/** Deliberate bugs in how batches are sent to Postgres. */
import type { Mutant } from './mutant.ts'

/** The list. */
export const postgresBatchMutants: readonly Mutant[] = [
  {
    name: 'array-of-positive-integers',
    breaks: 'an integer below zero arrives as it was',
    file: 'src/store/postgres/statements/array.ts',
    find: 'const high = Math.floor(value / HIGH_WORD)',
    replace: 'const high = Math.trunc(value / HIGH_WORD)',
    tests: ['src/store/postgres/statements/array.test.ts'],
    only: 'any safe integer in an array',
  },
  {
    name: 'array-measured-in-letters',
    breaks: 'a text that is not ASCII arrives whole',
    file: 'src/store/postgres/statements/array.ts',
    find: 'Buffer.byteLength(value) : value.byteLength',
    replace: 'value.length : value.byteLength',
    tests: ['src/store/postgres/statements/array.test.ts'],
    only: 'any text in an array',
  },
  {
    name: 'known-unit-takes-a-position',
    breaks: 'a unit that is repeated takes no place in commit order',
    file: 'src/store/postgres/writer/transaction.ts',
    find: 'const known = unit.key === null ? undefined : begun.known.get(unit.key)\n      all.push(',
    replace:
      'const known = unit.key === null ? undefined : begun.known.get(unit.key)\n      if (known !== undefined) position++\n      all.push(',
    tests: ['src/store/postgres/conformance.test.ts'],
    only: 'a repeated unit does not turn positions back',
  },
]
