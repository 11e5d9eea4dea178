/** The suites of stages a second time, with their stores on Postgres (`--test-global-setup`). */
import { globalSetup as startServer, globalTeardown } from './global-setup.ts'

export { globalTeardown }

/** Test files inherit what is said here. */
export async function globalSetup(): Promise<void> {
  process.env['MILLRACE_TEST_STORE'] = 'postgres'
  await startServer()
}
