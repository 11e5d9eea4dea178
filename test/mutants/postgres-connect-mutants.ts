/** Deliberate bugs in how Postgres is reached: passwords, TLS, deadlines, idle sessions, the lock of migrations. */
import type { Mutant } from './mutant.ts'

const POOL = ['src/store/postgres/pool/read-pool.test.ts']

/** The list. */
export const postgresConnectMutants: readonly Mutant[] = [
  {
    name: 'refusal-discards-new-password',
    breaks: 'many who were refused ask for one new password together',
    file: 'src/store/postgres/connect/password.ts',
    find: 'if (latest === used) latest = undefined\n        return used !== undefined',
    replace: 'latest = undefined\n        return used !== undefined',
    tests: ['src/store/postgres/connect/password.test.ts'],
    only: 'many who were refused',
  },
  {
    name: 'tls-believes-anybody',
    breaks: 'TLS is verified',
    file: 'src/store/postgres/connect/address/tls.ts',
    find: 'rejectUnauthorized: isVerified',
    replace: 'rejectUnauthorized: false',
    tests: ['src/store/postgres/connect/tls.test.ts'],
    only: 'words of libpq',
  },
  {
    name: 'frozen-read-waits-on',
    breaks: 'a read is refused within a second of its deadline',
    file: 'src/store/postgres/pool/run-within.ts',
    find: 'setTimeout(() => connection.drop(), within.cancelMs)',
    replace: 'setTimeout(() => undefined, within.cancelMs)',
    tests: POOL,
    only: 'frozen',
  },
  {
    name: 'idle-session-trusted',
    breaks: 'a session that did nothing for long is tried before it is used',
    file: 'src/store/postgres/pool/read-pool.ts',
    find: 'if (this.#clock.now() - since < idleCheckMs) return true',
    replace: 'if (since > 0) return true',
    tests: POOL,
    only: 'did nothing for long',
  },
  {
    name: 'migrated-without-lock',
    breaks: 'two that come at the same time apply each step once',
    file: 'src/store/postgres/migrations/migrate.ts',
    find: "SELECT pg_advisory_xact_lock(hashtextextended('millrace schema', 0))",
    replace: 'SELECT 1',
    tests: ['src/store/postgres/migrations/migrate.test.ts'],
    only: 'two that come',
  },
]
