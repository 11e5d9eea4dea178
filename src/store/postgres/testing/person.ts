/** A person at the database with a client of their own, who does what no process of ours would. */
import type { TestContext } from 'node:test'
import { Client } from 'pg'

/** A session as the superuser of the URL; it ends with the test. */
export async function person(t: Pick<TestContext, 'after'>, url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  // Its server may be killed; what is asked of it then says so.
  client.on('error', () => undefined)
  await client.connect()
  t.after(() => client.end())
  return client
}
