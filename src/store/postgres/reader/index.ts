/**
 * reader: turns declared queries, and a person's SQL, into rows. It promises an end at the deadline, on the server too. It
 * never writes: its transactions can only read.
 */
export { runPersonSql } from './person-sql.ts'
export { QueryReader } from './query-reader.ts'
