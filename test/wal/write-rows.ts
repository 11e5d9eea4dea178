/**
 * Writes as fast as it can: many callers, bodies of some kilobytes that no compression helps. Says "acked COUNT" after
 * every thousand units, and "refused CODE" when one is refused. Any line on stdin ends it. Arguments: path.
 */
import { randomBytes } from 'node:crypto'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import { putBody } from '../../src/store/conformance/declared.ts'
import { toMillraceError } from '../../src/model/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'

const CALLERS = 100
/** Rows that are written over and over, so that the file stays small while the log grows. */
const ROWS = 4_000
const BODY = randomBytes(4_000)

const store = await openSqlite({ path: process.argv[2] ?? '', definitions: conformanceDefinitions })
const state = { acked: 0, next: 0, isToEnd: false }
process.stdin.once('data', () => {
  state.isToEnd = true
})
console.log('open')
await Promise.all(Array.from({ length: CALLERS }, () => write()))
await store.close()
process.exit(0)

async function write(): Promise<void> {
  while (!state.isToEnd) {
    const row = { sha256: String(state.next++ % ROWS), bytes: BODY.length, compression: 'none', body: BODY }
    try {
      await store.commit({ commands: [putBody(row)] })
      if (++state.acked % 1_000 === 0) console.log(`acked ${state.acked}`)
    } catch (error) {
      console.log(`refused ${toMillraceError(error).code}`)
      state.isToEnd = true
    }
  }
}
