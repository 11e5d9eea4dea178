/** SQLite keeps the store contract. */
import { join } from 'node:path'
import { storeConformance } from '../conformance/index.ts'
import { openSqlite } from './index.ts'

storeConformance('SQLite', ({ folder, ...options }) =>
  openSqlite({ ...options, path: join(folder, 'store.db') }),
)
