/** Takes and releases process locks of its own as fast as it can. Arguments: path, tag, how many. */
import { holdProcessLock } from '../file/index.ts'

const [path = '', tag = '', count = ''] = process.argv.slice(2)
for (let number = 0; number < Number(count); number++) holdProcessLock(path, `${tag}-${number}`).release()
console.log('done')
