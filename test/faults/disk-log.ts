/** What strace wrote down, as what happened to files and what was said meanwhile, in that order. */

/** One thing that happened. Paths are as the program named them. */
export type DiskEvent =
  | { readonly does: 'create'; readonly path: string }
  | { readonly does: 'write'; readonly path: string; readonly at: number; readonly bytes: Buffer }
  | { readonly does: 'truncate'; readonly path: string; readonly size: number }
  /** `isFailed`: what it was to make durable may be durable or not, and no later one makes it so. */
  | { readonly does: 'sync'; readonly path: string; readonly isFailed: boolean }
  | { readonly does: 'unlink'; readonly path: string }
  | { readonly does: 'say'; readonly line: string }

/** The options with which strace writes such a log. */
export const LOG_OPTIONS =
  '-y -xx -s 10000000 -e trace=pwrite64,write,ftruncate,fsync,fdatasync,unlink,openat'.split(' ')

const CALL = /^(\d+) +(\w+)\((.*)$/
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/
const UNFINISHED = ' <unfinished ...>'

/**
 * Reads a log. A write counts from its beginning and a sync from its end, when another thread's call stands between:
 * so that never more is taken for durable than was.
 */
export function diskEvents(log: string): readonly DiskEvent[] {
  const events: DiskEvent[] = []
  const open = new Map<string, { readonly syscall: string; readonly args: string }>()
  for (const line of log.split('\n')) {
    const resumed = RESUMED.exec(line)
    if (resumed !== null) {
      const [, thread = '', rest = ''] = resumed
      const begun = open.get(thread)
      if (begun !== undefined && isAtEnd(begun.syscall))
        events.push(...eventOf(begun.syscall, begun.args + rest))
      open.delete(thread)
      continue
    }
    const [, thread = '', syscall = '', args = ''] = CALL.exec(line) ?? []
    const isUnfinished = args.endsWith(UNFINISHED)
    const whole = isUnfinished ? args.slice(0, -UNFINISHED.length) : args
    if (isUnfinished) open.set(thread, { syscall, args: whole })
    if (!isUnfinished || !isAtEnd(syscall)) events.push(...eventOf(syscall, whole))
  }
  return events
}

function isAtEnd(syscall: string): boolean {
  return syscall === 'fsync' || syscall === 'fdatasync'
}

function eventOf(syscall: string, args: string): readonly DiskEvent[] {
  const path = decode(/^\d+<([^>]*)>/.exec(args)?.[1] ?? '').toString()
  const text = decode(/"([^"]*)"/.exec(args)?.[1] ?? '')
  const hasFailed = / = -1 /.test(args)
  const isCreated = args.includes('O_CREAT')
  switch (syscall) {
    case 'fsync':
    case 'fdatasync':
      return [{ does: 'sync', path, isFailed: hasFailed }]
    case 'pwrite64':
      return hasFailed ? [] : [{ does: 'write', path, at: lastNumber(args), bytes: text }]
    case 'ftruncate':
      return hasFailed ? [] : [{ does: 'truncate', path, size: lastNumber(args) }]
    case 'unlink':
      return hasFailed ? [] : [{ does: 'unlink', path: text.toString() }]
    case 'openat':
      return hasFailed || !isCreated ? [] : [{ does: 'create', path: text.toString() }]
    case 'write':
      return args.startsWith('1<') ? [{ does: 'say', line: text.toString().trimEnd() }] : []
    default:
      return []
  }
}

/** The offset or size that ends the arguments. @throws when there is none: a log misread would prove nothing */
function lastNumber(args: string): number {
  const number = /, (\d+)(?:\)|$)/.exec(args.replaceAll(/"[^"]*"/g, ''))?.[1]
  if (number === undefined)
    throw new Error(`expected a number at the end of the arguments: ${args.slice(-80)}`)
  return Number(number)
}

/** "\x61\x62" as bytes. */
function decode(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll(String.raw`\x`, ''), 'hex')
}
