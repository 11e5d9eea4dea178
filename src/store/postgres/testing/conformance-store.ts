/** How the conformance suite, in this process and in others, opens a Postgres store: by the URL in the folder it names. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { freshDatabase } from '../../../../test/postgres/index.ts'
import type { OpenStore } from '../../conformance/index.ts'
import { openPostgres } from '../index.ts'

const URL_FILE = 'database-url'

/** Makes the database of a folder. */
export async function prepare(folder: string, t: TestContext): Promise<void> {
  writeFileSync(join(folder, URL_FILE), await freshDatabase(t))
}

/** Opens it. */
export const openStore: OpenStore = ({ folder, ...options }) =>
  openPostgres({ url: readFileSync(join(folder, URL_FILE), 'utf8'), comeBackMs: 0, ...options })
