/** How the conformance suite, in this process and in others, opens a SQLite store: a file in the folder it names. */
import { join } from 'node:path'
import type { OpenStore } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'

/** Opens it. */
export const openStore: OpenStore = ({ folder, ...options }) =>
  openSqlite({ ...options, path: join(folder, 'store.db') })
