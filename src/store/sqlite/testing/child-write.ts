/**
 * Writes rows of its own as fast as it can and reports each: "try ID" before the commit, "ack ID POSITION" after it,
 * "refused ID CODE". Arguments: path, tag of its rows, how many, how many callers at once.
 */
import { once } from 'node:events'
import { toMillraceError } from '../../../model/index.ts'
import { addSource, conformanceDefinitions, source } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'

const [path = '', tag = '', count = '', callers = ''] = process.argv.slice(2)
const next = { number: 0 }
const store = await openSqlite({ path, definitions: conformanceDefinitions })
console.log('open')
await once(process.stdin, 'data')
await Promise.all(Array.from({ length: Number(callers) }, () => writeRows()))
await store.close()
console.log('done')
process.exit(0)

async function writeRows(): Promise<void> {
  while (next.number < Number(count)) await writeRow(`${tag}-${next.number++}`)
}

async function writeRow(id: string): Promise<void> {
  console.log(`try ${id}`)
  try {
    const { position } = await store.commit({ commands: [addSource(source(id))] })
    console.log(`ack ${id} ${position}`)
  } catch (error) {
    console.log(`refused ${id} ${toMillraceError(error).code}`)
  }
}
