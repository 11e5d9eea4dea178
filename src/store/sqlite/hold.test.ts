/** Named locks: one owner at a time, whatever becomes of the owner. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { conformanceDefinitions, freshFolder } from '../conformance/index.ts'
import { openSqlite } from './index.ts'

test('a held name is refused to another store, and free once it is let go', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await using one = await openSqlite({ path, definitions: conformanceDefinitions })
  await using other = await openSqlite({ path, definitions: conformanceDefinitions })
  const held = await one.hold('a file')
  await assert.rejects(other.hold('a file'), { code: 'Busy' })
  await using _another = await other.hold('another file')
  await held[Symbol.asyncDispose]()
  await using _now = await other.hold('a file')
  await assert.rejects(one.hold('a file'), { code: 'Busy' })
})

test('a store that is closed lets go of what it held and leaves no side files', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  const one = await openSqlite({ path, definitions: conformanceDefinitions })
  await one.hold('a file')
  await one.close()
  assert.equal(existsSync(`${path}-processes`), false)
  await using other = await openSqlite({ path, definitions: conformanceDefinitions })
  await using _held = await other.hold('a file')
})
