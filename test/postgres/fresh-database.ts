/** An empty database for one test, on a server that all tests of a run share. */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { Client } from 'pg'
import { startPostgres } from './server.ts'

/** The environment variable that names the shared server, set by global-setup.ts. */
export const SHARED_SERVER = 'MILLRACE_TEST_POSTGRES'

let ownServer: Promise<string> | undefined

/** The URL of the shared server's superuser. A test file that runs alone starts a server for itself. */
export async function sharedServerUrl(): Promise<string> {
  const shared = process.env[SHARED_SERVER]
  if (shared !== undefined) return shared
  ownServer ??= startPostgres().then((server) => server.url())
  return await ownServer
}

/** The URL of a new database in which there is nothing. It goes with the test, whoever is still connected. `on`: of another server. */
export async function freshDatabase(t: Pick<TestContext, 'after'>, on?: string): Promise<string> {
  const server = on ?? (await sharedServerUrl())
  const name = `test_${randomBytes(8).toString('hex')}`
  await tell(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  t.after(() => tell(server, `DROP DATABASE ${name} WITH (FORCE)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function tell(server: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
