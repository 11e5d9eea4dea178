/** On Postgres, too, what is kept of a move and the rows it is about stand or fall together. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { freshDatabase } from '../../../../test/postgres/index.ts'
import { RowWriter } from '../../portable/index.ts'
import { openPostgresTarget } from './index.ts'

const REFUSE = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
  CREATE TRIGGER refuse BEFORE UPDATE ON moves FOR EACH ROW EXECUTE FUNCTION refuse()`

/** A row of `indexed`. */
function row(key: string, number: number) {
  const writer = new RowWriter()
  writer.row(2)
  writer.int(number)
  writer.text(key)
  return { rows: 1, bytes: writer.take() }
}

test('rows whose mark can not be kept are not kept, nor is a mark whose rows are refused', async (t) => {
  const url = await freshDatabase(t)
  const client = new Client({ connectionString: url })
  await client.connect()
  const target = await openPostgresTarget({ url })
  await using _closing = {
    async [Symbol.asyncDispose]() {
      await target.close()
      await client.end()
    },
  }
  const look = async () =>
    (await client.query('SELECT (SELECT max(number) FROM indexed) AS number, mark FROM moves'))
      .rows[0] as unknown
  await target.begin({ mark: '"begun"', found: null, position: 0 })
  await target.apply([{ table: 'indexed', replaces: null, rows: row('a', 1) }], '"one"')
  await assert.rejects(target.apply([{ table: 'indexed', replaces: null, rows: row('a', 2) }], '"two"'), {
    code: 'Constraint',
  })
  assert.deepEqual(await look(), { number: '1', mark: '"one"' })
  await client.query(REFUSE)
  await assert.rejects(target.apply([{ table: 'indexed', replaces: null, rows: row('b', 3) }], '"two"'))
  assert.deepEqual(await look(), { number: '1', mark: '"one"' })
  await client.query('DROP TRIGGER refuse ON moves')
  const replaces = { after: null, upTo: ['a'] }
  await target.apply([{ table: 'indexed', replaces, rows: row('b', 2 ** 53) }], '"three"')
  assert.deepEqual(await look(), { number: String(2 ** 53), mark: '"three"' })
})
