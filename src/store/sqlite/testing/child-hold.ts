/** Holds the write lock of a database as a foreign program would, until it is killed or told to go on. Argument: path. */
import { holdWriteLock } from './write-lock.ts'

const [path = ''] = process.argv.slice(2)
const lock = holdWriteLock(path)
console.log('locked')
process.stdin.once('data', () => {
  lock.release()
  process.exit()
})
