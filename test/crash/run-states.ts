/** What state the runs of a store are in, read without opening it: its next process finds it as the last one left it. */
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

const STATES = 'SELECT state FROM runs ORDER BY id'
/** Nothing is there yet: a table, or the database of a server that is made with the first run. */
const NO_TABLE = '42P01'

/** States of all runs, the oldest first. */
export async function runStates(db: string): Promise<readonly string[]> {
  return db.startsWith('sqlite:') ? ofFile(db.slice('sqlite:'.length)) : await ofDatabase(db)
}

function ofFile(path: string): readonly string[] {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return db
      .prepare(STATES)
      .all()
      .map(({ state }) => String(state))
  } finally {
    db.close()
  }
}

async function ofDatabase(url: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ state: string }>(STATES)).rows.map(({ state }) => state)
  } catch (error) {
    if ((error as { code?: unknown }).code === NO_TABLE) return []
    throw error
  } finally {
    await client.end()
  }
}
