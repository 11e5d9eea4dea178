/** Deliberate bugs in what names a database, and in the inspection of one that is kept by Postgres. */
import type { Mutant } from './mutant.ts'

const URL_FILE = 'src/app/database/database-url.ts'
const URL_TEST = ['src/app/database/database-url.test.ts']
const INSPECT = 'src/store/postgres/inspect'
const INSPECT_TEST = [`${INSPECT}/inspect-postgres.test.ts`]

/** The list. */
export const databaseMutants: readonly Mutant[] = [
  {
    name: 'unknown-scheme-is-a-file',
    breaks: 'a mistyped URL never becomes a file',
    file: URL_FILE,
    find: "(scheme !== undefined && scheme !== 'sqlite') || path === '' || path.includes('://')",
    replace: "path === ''",
    tests: URL_TEST,
  },
  {
    name: 'password-with-a-slash-shown',
    breaks: 'no password is ever shown',
    file: URL_FILE,
    find: "rest.lastIndexOf('@')",
    replace: "rest.split('/')[0]!.lastIndexOf('@')",
    tests: URL_TEST,
  },
  {
    name: 'password-for-another-database',
    breaks: 'a password goes only to the database it stands beside',
    file: 'src/app/program.ts',
    find: 'return { db: { url: db }, dbFrom:',
    replace: "return { db: { ...(typeof config.db === 'object' ? config.db : {}), url: db }, dbFrom:",
    tests: ['test/cli/database.test.ts'],
    only: 'config check',
  },
  {
    name: 'password-in-stderr-shown',
    breaks: 'what a command prints as the password is not told again',
    file: 'src/app/database/password-command.ts',
    find: 'errors.replaceAll(password, MASK)',
    replace: 'errors',
    tests: ['src/app/database/password-command.test.ts'],
    only: 'told apart by code',
  },
  {
    name: 'every-registered-process-lives',
    breaks: 'a process lives as long as its session holds its lock',
    file: `${INSPECT}/processes.ts`,
    find: "started_at, ${isHeld(lifeLock('one.id'))} FROM",
    replace: 'started_at, true FROM',
    tests: INSPECT_TEST,
    only: 'a process lives',
  },
  {
    name: 'damage-passed-over',
    breaks: 'doctor --full names what can not be read',
    file: `${INSPECT}/check-tables.ts`,
    find: 'sum.damaged.push(`${table.name}: ${error.message}`)',
    replace: 'continue',
    tests: INSPECT_TEST,
    only: 'disk damaged',
  },
]
