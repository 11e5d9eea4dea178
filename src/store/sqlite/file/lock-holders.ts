/**
 * Who holds which lock of a database in WAL mode, asked of the operating system without opening anything. SQLite's
 * locks are byte ranges of the -shm file (sqlite.org/walformat.html, section 2.3.1), and Linux lists every such range
 * with its process in /proc/locks: foreign programs are seen as well as our own. Elsewhere nothing is known.
 */
import { readFileSync, statSync } from 'node:fs'

/** A process that holds a lock. */
export interface LockHolder {
  readonly pid: number
  /** Its command line, cut off; '' when it can not be read. */
  readonly command: string
}

/** A process in a read transaction. */
export interface SnapshotHolder extends LockHolder {
  /** Which of the five read marks of the -shm file it holds. */
  readonly marks: readonly number[]
}

/** The locks of one database at one moment. */
export interface LockHolders {
  /** Who is in a write transaction. */
  readonly writer: LockHolder | null
  /** Who is in a read transaction: none of the log that such a snapshot needs can be reused. */
  readonly readers: readonly SnapshotHolder[]
}

const WRITE_BYTE = 120
const READ_BYTE_FIRST = 123
const READ_MARKS = 5
const COMMAND_CHARS_MAX = 120

/** Undefined where the system does not say: other systems than Linux, or a database that nobody has open. */
export function lockHolders(path: string): LockHolders | undefined {
  const shm = statSync(`${path}-shm`, { throwIfNoEntry: false })
  if (process.platform !== 'linux' || shm === undefined) return undefined
  const held = parseLocks(readFileSync('/proc/locks', 'latin1'), shm.ino)
  const writer = held.find(covers(WRITE_BYTE))
  return { writer: writer === undefined ? null : holderOf(writer.pid), readers: readersAmong(held) }
}

/** One line of /proc/locks, as far as it is about us. */
interface HeldRange {
  readonly pid: number
  readonly first: number
  readonly last: number
}

/** The ranges held of the file `inode`. The lines of those that wait carry an arrow and are left out. */
export function parseLocks(text: string, inode: number): readonly HeldRange[] {
  return text.split('\n').flatMap((line) => {
    const [, type, , , pid = '', file = '', first = '', last = ''] = line.trim().split(/\s+/)
    const isOurs = (type === 'POSIX' || type === 'OFDLCK') && file.endsWith(`:${inode}`)
    if (!isOurs) return []
    return [{ pid: Number(pid), first: Number(first), last: last === 'EOF' ? Infinity : Number(last) }]
  })
}

function readersAmong(held: readonly HeldRange[]): readonly SnapshotHolder[] {
  const marksOf = new Map<number, number[]>()
  for (let mark = 0; mark < READ_MARKS; mark++) {
    for (const { pid } of held.filter(covers(READ_BYTE_FIRST + mark))) {
      marksOf.set(pid, [...(marksOf.get(pid) ?? []), mark])
    }
  }
  return [...marksOf].map(([pid, marks]) => ({ ...holderOf(pid), marks }))
}

function covers(byte: number): (range: HeldRange) => boolean {
  return (range) => range.first <= byte && range.last >= byte
}

function holderOf(pid: number): LockHolder {
  return { pid, command: commandOf(pid) }
}

function commandOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return words.trim().slice(0, COMMAND_CHARS_MAX)
  } catch {
    // It has ended since, or belongs to somebody else: its number is all there is to say.
    return ''
  }
}

/** "process 4711 (sqlite3 millrace.db)". */
export function describeHolder({ pid, command }: LockHolder): string {
  return command === '' ? `process ${pid}` : `process ${pid} (${command})`
}
