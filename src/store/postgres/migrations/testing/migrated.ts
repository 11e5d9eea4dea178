/** A fresh database with the newest schema, and a way to ask it. */
import type { TestContext } from 'node:test'
import { freshDatabase } from '../../../../../test/postgres/index.ts'
import type { Stored } from '../../../codec.ts'
import { connectorOf } from '../../connect/index.ts'
import { migrate, migrations } from '../index.ts'

/** Runs one statement; gives its rows. */
export type Ask = (text: string, params?: readonly Stored[]) => Promise<readonly (readonly Stored[])[]>

/** Closed and removed after the test. */
export async function migrated(t: TestContext): Promise<Ask> {
  const connector = connectorOf({ url: await freshDatabase(t) })
  t.after(() => connector.close())
  const connection = await connector.connect('write')
  await migrate(connection, migrations, 0)
  return async (text, params) => {
    const sent = params === undefined ? { text } : { text, params }
    return (await connection.run(sent)).rows
  }
}
