/** Postgres keeps the store contract. */
import { after } from 'node:test'
import { freshDatabase } from '../../../test/postgres/index.ts'
import { storeConformance } from '../conformance/index.ts'
import { openPostgres } from './index.ts'

const urls = new Map<string, Promise<string>>()

storeConformance('Postgres', async ({ folder, ...options }) => {
  const url =
    urls.get(folder) ?? freshDatabase({ after: (end) => after(() => (end as () => Promise<void>)()) })
  urls.set(folder, url)
  return openPostgres({ url: await url, comeBackMs: 0, ...options })
})
