/**
 * Holds the write lock of a database as a foreign program would, until it is killed or told to go on. Arguments: path,
 * how many milliseconds it lies in the processor's queue before it can let go.
 */
import { sleepMs } from '../file/index.ts'
import { holdWriteLock } from './write-lock.ts'

const [path = '', late = '0'] = process.argv.slice(2)
const lock = holdWriteLock(path)
console.log('locked')
process.stdin.once('data', () => {
  sleepMs(Number(late))
  lock.release()
  process.exit()
})
