/** Keeps a read transaction open as a forgotten shell would, until it is killed. Argument: path. */
import { DatabaseSync } from 'node:sqlite'

const [path = ''] = process.argv.slice(2)
const db = new DatabaseSync(path, { readOnly: true })
db.exec('BEGIN')
db.prepare('SELECT count(*) FROM sources').get()
console.log('reading')
process.stdin.resume()
