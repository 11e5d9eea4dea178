/**
 * test/processes: many processes on one file or database, killed and stopped at seeded moments. It turns a seed into a storm and
 * what was wrong after it; a storm never ends well by saying nothing.
 */
export { startChild } from './child.ts'
export type { Child } from './child.ts'
export {
  postgresFaultsPart,
  postgresWorkersPart,
  postgresWritersPart,
  workersPart,
  writersPart,
} from './torture-parts.ts'
