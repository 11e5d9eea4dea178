/** The kept list of deliberate bugs. */
import { crawlMutants } from './crawl-mutants.ts'
import { duplicateMutants } from './duplicate-mutants.ts'
import { jobMutants } from './job-mutants.ts'
import type { Mutant } from './mutant.ts'
import { storeMutants } from './store-mutants.ts'

/** Every mutant. */
export const allMutants: readonly Mutant[] = [
  ...storeMutants,
  ...jobMutants,
  ...crawlMutants,
  ...duplicateMutants,
]
