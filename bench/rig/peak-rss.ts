/** Peak memory of a process tree by looking at /proc, for machines without /usr/bin/time. */
import { readdirSync, readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 50

/** A watch on a process tree. */
export interface PeakWatch {
  /** The largest resident set any single process of the tree has had so far. */
  peakBytes(): number
  stop(): void
}

/** Watches the process and all it starts. VmHWM is the kernel's own peak, so only a short-lived child can be missed. */
export function watchPeakRss(pid: number): PeakWatch {
  let peak = 0
  const look = () => {
    for (const member of treeOf(pid)) peak = Math.max(peak, highWaterMark(member))
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return { peakBytes: () => peak, stop: () => clearInterval(timer) }
}

function treeOf(pid: number): number[] {
  const children = orGone(() => readdirSync(`/proc/${pid}/task`), []).flatMap((thread) =>
    orGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  )
  return [pid, ...children.flatMap(treeOf)]
}

function highWaterMark(pid: number): number {
  const status = orGone(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** A process may end between being listed and being read; it then simply has nothing more to add. */
function orGone<Value>(read: () => Value, gone: Value): Value {
  try {
    return read()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return gone
    throw error
  }
}
