/**
 * An export that gets stuck, for tests that kill it: `export-child.ts DB FORMAT OUT`. It reads all rows but never learns
 * that these were the last, says `stuck` and waits to be killed.
 */
import { crawlDefinitions } from '../../crawl/index.ts'
import type { Query, Reader } from '../../store/index.ts'
import { openTestReader } from '../../store/testing/index.ts'
import { exportDataset, kindFor, transferDefinitions, type FormatName } from '../index.ts'

const [path = '', format = '', out = ''] = process.argv.slice(2)
const reader = await openTestReader({ path, definitions: [...crawlDefinitions, ...transferDefinitions] })

const stuck: Reader = {
  ...reader,
  async read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }) {
    const rows = await reader.read(query, options)
    if (!query.name.endsWith('Latest') || rows.length > 0) return rows
    // Whatever was read is being written meanwhile, and its file or folder is there.
    setImmediate(() => process.stdout.write('stuck\n'))
    setInterval(() => undefined, 60_000)
    return new Promise<readonly Row[]>(() => undefined)
  },
}

const name = format as FormatName
await exportDataset(
  stuck,
  { format: name, kind: kindFor(name, undefined), millrace: '1' },
  { out, createdAt: 0 },
)
