/** The kept list of deliberate bugs. */
import { crawlMutants } from './crawl-mutants.ts'
import { jobMutants } from './job-mutants.ts'
import type { Mutant } from './mutant.ts'
import { recrawlMutants } from './recrawl-mutants.ts'
import { storeMutants } from './store-mutants.ts'

/** Every mutant. */
export const allMutants: readonly Mutant[] = [
  ...storeMutants,
  ...jobMutants,
  ...crawlMutants,
  ...recrawlMutants,
]
