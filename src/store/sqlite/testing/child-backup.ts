/** Backs a database up and says each step as it begins. Arguments: path, where to. */
import { conformanceDefinitions } from '../../conformance/index.ts'
import { sqliteUpkeep } from '../index.ts'

const [path = '', to = ''] = process.argv.slice(2)
const told = new Set<string>()
const upkeep = sqliteUpkeep({ path, definitions: conformanceDefinitions })
const { position } = await upkeep.backup(to, {
  onProgress: ({ step }) => {
    if (!told.has(step)) console.log(step)
    told.add(step)
  },
})
console.log(`done ${position}`)
