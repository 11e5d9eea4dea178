/**
 * Holds a read open as a forgotten shell would, until it is killed or told to go on. Arguments: path, how many
 * milliseconds it lies in the processor's queue before it can end.
 */
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { sleepMs } from '../file/index.ts'

const [path = '', late = '0'] = process.argv.slice(2)
const db = new DatabaseSync(path, { readOnly: true })
db.exec('BEGIN')
db.prepare('SELECT count(*) FROM sources').get()
console.log('reading')
await once(process.stdin, 'data')
sleepMs(Number(late))
db.close()
process.exit(0)
