/** Compacts a database; says when it begins and when it is done. Arguments: path. */
import { conformanceDefinitions } from '../../conformance/index.ts'
import { sqliteUpkeep } from '../index.ts'

console.log('begun')
await sqliteUpkeep({ path: process.argv[2] ?? '', definitions: conformanceDefinitions }).compact()
console.log('done')
