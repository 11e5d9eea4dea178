/**
 * The store that the tests of stages work on: a SQLite file, or with MILLRACE_TEST_STORE=postgres a Postgres database of
 * their own. What a place is called tells which it is, so that a child process opens the same.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freshDatabase } from '../../../test/postgres/index.ts'
import type { Clock } from '../../model/index.ts'
import type { Reader, Store } from '../contract.ts'
import type { Definition } from '../declare.ts'
import { openPostgres, openPostgresReader } from '../postgres/index.ts'
import { openSqlite, openSqliteReader } from '../sqlite/index.ts'

/** Whether the tests run on Postgres: for the few that look into the file itself. */
export const IS_ON_POSTGRES = process.env['MILLRACE_TEST_STORE'] === 'postgres'

/** Where one test keeps its store. */
export interface Place {
  /** What `openTestStore` takes: the path of a file, or the URL of a database. */
  readonly path: string
  /** A folder for whatever else the test writes. */
  readonly folder: string
  /** Removes both, once nobody has the store open; the folder of a test that failed is kept. */
  end(): Promise<void>
}

/** How a test opens its store. */
export interface TestStoreOptions {
  readonly path: string
  readonly definitions: readonly Definition[]
  readonly clock?: Clock
}

/** A place with nothing in it. `name` is what its folder is called after. */
export async function freshPlace(t: TestContext, name: string): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), `millrace-${name}-`))
  const ends: (() => Promise<void>)[] = []
  const path = IS_ON_POSTGRES
    ? await freshDatabase({ after: (end) => ends.push(end as () => Promise<void>) })
    : join(folder, 'store.db')
  const end = async () => {
    for (const each of ends) await each()
    // The type does not know `passed` yet.
    if ((t as TestContext & { readonly passed: boolean }).passed)
      rmSync(folder, { recursive: true, force: true })
    else t.diagnostic(`kept ${folder}`)
  }
  return { path, folder, end }
}

/** Opens the store of a place, as often as one likes. */
export function openTestStore({ path, ...options }: TestStoreOptions): Promise<Store> {
  return isDatabase(path)
    ? openPostgres({ url: path, comeBackMs: 0, ...options })
    : openSqlite({ path, ...options })
}

/** Opens it for reading. */
export function openTestReader({ path, definitions }: TestStoreOptions): Promise<Reader> {
  return isDatabase(path)
    ? openPostgresReader({ url: path, definitions })
    : openSqliteReader({ path, definitions })
}

function isDatabase(path: string): boolean {
  return path.startsWith('postgres')
}
