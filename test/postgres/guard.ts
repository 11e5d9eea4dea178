/** A process that outlives this one by a moment, to end a server nobody ends any more and to remove its data. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Waits for the end of its input, which comes with the end of whoever holds the other side, kill -9 included. */
const SCRIPT = `
cat > /dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2> /dev/null
  for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2> /dev/null || break; sleep 0.3; done
  kill -KILL "$pid" 2> /dev/null
fi
rm -rf "$1"
`

/** Guards the server whose data lie in `home`. What is given back ends the guard and awaits that all is gone. */
export function guardServer(home: string): () => Promise<void> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'guard', home], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // A pipe in itself keeps no process alive until something is read from or written to it.
  return async () => {
    child.ref()
    const exit = once(child, 'exit')
    child.stdin.end()
    await exit
  }
}
