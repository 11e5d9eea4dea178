/** Holds a read open as a forgotten shell would, until it is killed or told to go on. Argument: path. */
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'

const [path = ''] = process.argv.slice(2)
const db = new DatabaseSync(path, { readOnly: true })
db.exec('BEGIN')
db.prepare('SELECT count(*) FROM sources').get()
console.log('reading')
await once(process.stdin, 'data')
db.close()
process.exit(0)
