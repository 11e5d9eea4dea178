/** The kept list of deliberate bugs. */
import { configMutants } from './config-mutants.ts'
import { contentMutants } from './content-mutants.ts'
import { contractMutants } from './contract-mutants.ts'
import { crawlMutants } from './crawl-mutants.ts'
import { databaseMutants } from './database-mutants.ts'
import { exportMutants } from './export-mutants.ts'
import { documentMutants } from './document-mutants.ts'
import { duplicateMutants } from './duplicate-mutants.ts'
import { jobMutants } from './job-mutants.ts'
import { metricMutants } from './metric-mutants.ts'
import { moveMutants } from './move-mutants.ts'
import type { Mutant } from './mutant.ts'
import { postgresConnectMutants } from './postgres-connect-mutants.ts'
import { postgresMutants } from './postgres-mutants.ts'
import { postgresBatchMutants } from './postgres-batch-mutants.ts'
import { recrawlMutants } from './recrawl-mutants.ts'
import { sqlMutants } from './sql-mutants.ts'
import { storeMutants } from './store-mutants.ts'
import { wordpressMutants } from './wordpress-mutants.ts'

/** Every mutant. */
export const allMutants: readonly Mutant[] = [
  ...storeMutants,
  ...contractMutants,
  ...postgresBatchMutants,
  ...jobMutants,
  ...crawlMutants,
  ...recrawlMutants,
  ...metricMutants,
  ...configMutants,
  ...databaseMutants,
  ...exportMutants,
  ...documentMutants,
  ...contentMutants,
  ...wordpressMutants,
  ...duplicateMutants,
  ...postgresConnectMutants,
  ...sqlMutants,
  ...postgresMutants,
  ...moveMutants,
]
