/**
 * Names of what is not yet whole: `.NAME.PID-HOSTRANDOM.tmp` beside NAME. The process and its machine are in it, so that
 * the next export can tell what a killed one left from what another is writing; the random part keeps two exports of
 * one process, and processes with one pid in two containers, out of each other's file.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { systemCode } from './file-error.ts'

/** tmp: being written; old: what stood there, until the new is in its place. */
export type TemporaryKind = 'tmp' | 'old'

/** A new path beside `path`. */
export function temporaryPath(path: string, kind: TemporaryKind): string {
  const unique = `${process.pid}-${machine()}${randomBytes(4).toString('hex')}`
  return join(dirname(path), `.${basename(path)}.${unique}.${kind}`)
}

/**
 * Clears what killed exports to `path` left beside it. Where one was killed while it changed the old for the new, the
 * old is put back first. What can not be removed is left: it is in nobody's way.
 */
export async function sweepLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  // A folder that can not be read is met, and told of, by whoever writes into it.
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const kind = leftoverKind(name, basename(path))
    if (kind === undefined) continue
    const leftover = join(folder, name)
    if (kind === 'old' && !(await isThere(path))) await rename(leftover, path)
    else await rm(leftover, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Undefined when it is none, or its process may still be at work. */
function leftoverKind(name: string, of: string): TemporaryKind | undefined {
  const prefix = `.${of}.`
  if (!name.startsWith(prefix)) return undefined
  const [, pid, host, kind] =
    /^(\d+)-([\da-f]{8})[\da-f]{8}\.(tmp|old)$/.exec(name.slice(prefix.length)) ?? []
  if (host !== machine() || isAlive(Number(pid))) return undefined
  return kind as TemporaryKind
}

function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
