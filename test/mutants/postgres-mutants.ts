/** Deliberate bugs in the Postgres store: batches, what becomes of a lost COMMIT, processes, limits. */
import type { Mutant } from './mutant.ts'

const WRITER = 'src/store/postgres/writer/batch-writer.ts'
const LIMITS = 'src/store/postgres/connect/limits.ts'
const KEEPER = 'src/store/postgres/processes/keeper.ts'
const SENDER = 'src/store/postgres/writer/sender.ts'
const CONFORMANCE = ['src/store/postgres/conformance.test.ts']
const LOST = ['src/store/postgres/writer/lost-connection.test.ts']
const OTHERS = ['src/store/postgres/writer/others.test.ts']
const LIVENESS = ['src/store/postgres/processes/keeper.test.ts']
const SESSION = ['src/store/postgres/connect/session.test.ts']

/** The list. */
export const postgresMutants: readonly Mutant[] = [
  {
    name: 'postgres-lost-answer-sent-again',
    breaks: 'a COMMIT whose answer is lost is not done twice',
    file: WRITER,
    find: 'if (isCommitted) {',
    replace: 'if (isCommitted && outcomes.length < 0) {',
    tests: LOST,
    only: 'cut before COMMIT is answered',
  },
  {
    name: 'postgres-acknowledged-before-commit',
    breaks: 'a receipt means durable',
    file: WRITER,
    find: "await connection.run({ text: 'COMMIT' })",
    replace: "connection.run({ text: 'COMMIT' }).catch(() => undefined)",
    tests: LOST,
    only: 'cut before COMMIT reaches',
  },
  {
    name: 'postgres-any-mark-is-ours',
    breaks: 'a batch that was not committed is sent again',
    file: 'src/store/postgres/writer/mark.ts',
    find: 'return latest?.rows[0]?.[0] === number',
    replace: 'return latest?.rows[0]?.[0] !== undefined && number > 0',
    tests: LOST,
    only: 'cut before COMMIT reaches',
  },
  {
    name: 'postgres-position-not-locked',
    breaks: 'batches of several processes follow each other',
    file: 'src/store/postgres/writer/begin.ts',
    find: "WHERE name = 'position' FOR UPDATE",
    replace: "WHERE name = 'position'",
    tests: CONFORMANCE,
    only: 'never lost|complete and in order',
  },
  {
    name: 'postgres-guard-ignored',
    breaks: 'a guard that does not hold refuses its unit',
    file: SENDER,
    find: 'SELECT millrace_require(EXISTS (${sql}))',
    replace: 'SELECT EXISTS (${sql})',
    tests: CONFORMANCE,
    only: 'guard',
  },
  {
    name: 'postgres-not-rolled-back-alone',
    breaks: 'a unit that fails takes nothing along and leaves nothing behind',
    file: 'src/store/postgres/writer/transaction.ts',
    find: "connection.run({ text: 'ROLLBACK TO SAVEPOINT unit' }),",
    replace: '',
    tests: CONFORMANCE,
    only: 'contract: units',
  },
  {
    name: 'postgres-many-rows-not-noted',
    breaks: 'every written row is a change',
    file: 'src/store/postgres/statements/shape.ts',
    find: "${ids}, 'put' ${LAST_OP})",
    replace: "${ids}, 'put' WHERE false ${LAST_OP})",
    tests: CONFORMANCE,
    only: 'is one change',
  },
  {
    name: 'postgres-same-row-in-one-statement',
    breaks: 'rows with the same key are written one after the other',
    file: SENDER,
    find: ' || gathered.keys.has(key)',
    replace: '',
    tests: CONFORMANCE,
    only: 'name the same key',
  },
  {
    name: 'postgres-left-session-not-ended',
    breaks: 'a process never waits for a lock of its own lost session',
    file: 'src/store/postgres/writer/write-session.ts',
    find: 'await endLeft(opened, this.#left)',
    replace: '',
    tests: LOST,
    only: 'opened anew',
  },
  {
    name: 'postgres-keeper-waits-for-itself',
    breaks: 'a process whose session froze comes back at once',
    file: KEEPER,
    find: 'await endLeft(connection, this.#left)',
    replace: '',
    tests: LIVENESS,
    only: 'frozen',
  },
  {
    name: 'postgres-living-process-forgotten',
    breaks: 'only a process whose lock nobody holds is forgotten',
    file: KEEPER,
    find: "WHERE id = $1::text AND pg_try_advisory_xact_lock(${lifeLock('id')})",
    replace: 'WHERE id = $1::text',
    tests: LIVENESS,
    only: 'killed is lost',
  },
  {
    name: 'postgres-lost-judged-without-lock',
    breaks: 'a process that lives is not lost',
    file: KEEPER,
    find: 'WHERE id <> $1::text AND NOT ${isHeld(',
    replace: 'WHERE id <> $1::text OR NOT ${isHeld(',
    tests: LIVENESS,
    only: 'killed is lost',
  },
  {
    name: 'postgres-others-judged-at-once',
    breaks: 'after a loss of sessions the others have time to come back',
    file: KEEPER,
    find: 'const areOthersBack = isFirst && ',
    replace: 'const areOthersBack = ',
    tests: LIVENESS,
    only: 'judges nobody',
  },
  {
    name: 'postgres-password-not-asked-again',
    breaks: 'a password that was changed is asked for once more',
    file: 'src/store/postgres/connect/connector.ts',
    find: 'if (!isLoginRefused(error) || !login.refused()) throw error',
    replace: 'if (!isLoginRefused(error) || login.refused()) throw error',
    tests: OTHERS,
    only: 'password',
  },
  {
    name: 'postgres-lock-wait-unbounded',
    breaks: 'a lock that somebody holds refuses the batch as Busy within the limit',
    file: LIMITS,
    find: 'lock_timeout: String(limits.lockMs)',
    replace: "lock_timeout: '0'",
    tests: OTHERS,
    only: 'nobody lets go',
  },
  {
    name: 'postgres-statement-unbounded',
    breaks: 'the server ends a statement that takes too long',
    file: LIMITS,
    find: 'statement_timeout: String(statementMs(limits, purpose))',
    replace: "statement_timeout: '0'",
    tests: SESSION,
    only: 'starts with its limits',
  },
]
