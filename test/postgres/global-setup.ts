/** Starts the server that all test files of a run share (`node --test --test-global-setup`), and ends it with the run. */
import { SHARED_SERVER, startPostgres, type PostgresServer } from './index.ts'

let server: PostgresServer | undefined

export async function globalSetup(): Promise<void> {
  if (process.env[SHARED_SERVER] !== undefined) return
  server = await startPostgres()
  process.env[SHARED_SERVER] = server.url()
}

export async function globalTeardown(): Promise<void> {
  await server?.end()
}
