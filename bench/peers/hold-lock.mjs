/** Another program on the file: holds the write lock for so many milliseconds. Arguments: database, milliseconds. */
import { DatabaseSync } from 'node:sqlite'

const [path, milliseconds] = process.argv.slice(2)
const database = new DatabaseSync(path, { timeout: 60_000 })
database.exec('BEGIN IMMEDIATE')
process.stdout.write('locked\n')
setTimeout(() => {
  database.exec('ROLLBACK')
  database.close()
}, Number(milliseconds))
