/** Opens a store, says under which id, and closes it when told to go on. Arguments: path. */
import { once } from 'node:events'
import { isMillraceError } from '../../../model/index.ts'
import { conformanceDefinitions } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'

try {
  const store = await openSqlite({ path: process.argv[2] ?? '', definitions: conformanceDefinitions })
  console.log(`open ${store.process}`)
  await once(process.stdin, 'data')
  await store.close()
  console.log('closed')
  process.exit(0)
} catch (error) {
  if (!isMillraceError(error)) throw error
  console.log(`refused ${error.code} ${error.message}`)
}
