/** The kept list of deliberate bugs. */
import { configMutants } from './config-mutants.ts'
import { contentMutants } from './content-mutants.ts'
import { contractMutants } from './contract-mutants.ts'
import { crawlMutants } from './crawl-mutants.ts'
import { exportMutants } from './export-mutants.ts'
import { documentMutants } from './document-mutants.ts'
import { duplicateMutants } from './duplicate-mutants.ts'
import { jobMutants } from './job-mutants.ts'
import { metricMutants } from './metric-mutants.ts'
import { moveMutants } from './move-mutants.ts'
import type { Mutant } from './mutant.ts'
import { recrawlMutants } from './recrawl-mutants.ts'
import { storeMutants } from './store-mutants.ts'
import { wordpressMutants } from './wordpress-mutants.ts'

/** Every mutant. */
export const allMutants: readonly Mutant[] = [
  ...storeMutants,
  ...contractMutants,
  ...jobMutants,
  ...crawlMutants,
  ...recrawlMutants,
  ...metricMutants,
  ...configMutants,
  ...exportMutants,
  ...documentMutants,
  ...contentMutants,
  ...wordpressMutants,
  ...duplicateMutants,
  ...moveMutants,
]
