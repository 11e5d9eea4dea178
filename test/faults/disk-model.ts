/**
 * A disk as it may be found after the power went: what was synced is there, and of what was not, each write is there,
 * missing or torn at a sector of 512 bytes, whatever came after it. Names made or removed since their folder was last
 * synced are there or not, in the order in which that was done.
 */
import { dirname } from 'node:path'
import type { Random } from '../site/index.ts'
import type { DiskEvent } from './disk-log.ts'

const SECTOR = 512

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number }

interface FileState {
  /** What is surely there. */
  durable: Buffer
  /** What came after, in order; `isSure` once a sync succeeded behind one that failed. */
  changes: { readonly change: Change; isSure: boolean; isDoubted: boolean }[]
}

interface NameChange {
  readonly path: string
  readonly file: FileState | undefined
}

/** The files of one folder. */
export class DiskModel {
  readonly #folder: string
  readonly #names = new Map<string, FileState>()
  readonly #durableNames = new Map<string, FileState>()
  #nameChanges: NameChange[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Does what happened. */
  apply(event: DiskEvent): void {
    if (event.does === 'say') return
    if (event.does === 'sync' && event.path === this.#folder) return this.#syncNames(event.isFailed)
    if (dirname(event.path) !== this.#folder || event.path.endsWith('-shm')) return
    if (event.does === 'create') return this.#create(event.path)
    if (event.does === 'unlink') return this.#rename(event.path, undefined)
    const file = this.#names.get(event.path)
    if (file === undefined) return
    if (event.does === 'sync') return sync(file, event.isFailed)
    file.changes.push({
      change: event.does === 'write' ? event : { size: event.size },
      isSure: false,
      isDoubted: false,
    })
  }

  /** One disk that may be found now: the content of each path. */
  image(random: Random): ReadonlyMap<string, Buffer> {
    const names = new Map(this.#durableNames)
    const kept = random.below(this.#nameChanges.length + 1)
    for (const { path, file } of this.#nameChanges.slice(0, kept)) setOrDelete(names, path, file)
    // How much gets to the disk by itself differs from machine to machine, so from image to image.
    const share = random.pick([0, 0.2, 0.5, 0.8, 1])
    return new Map([...names].map(([path, file]) => [path, contentOf(file, random, share)]))
  }

  #create(path: string): void {
    if (!this.#names.has(path)) this.#rename(path, { durable: Buffer.alloc(0), changes: [] })
  }

  #rename(path: string, file: FileState | undefined): void {
    setOrDelete(this.#names, path, file)
    this.#nameChanges.push({ path, file })
  }

  #syncNames(isFailed: boolean): void {
    if (isFailed) return
    for (const { path, file } of this.#nameChanges) setOrDelete(this.#durableNames, path, file)
    this.#nameChanges = []
  }
}

function setOrDelete(names: Map<string, FileState>, path: string, file: FileState | undefined): void {
  if (file === undefined) names.delete(path)
  else names.set(path, file)
}

function sync(file: FileState, isFailed: boolean): void {
  for (const change of file.changes) {
    // The kernel called these clean when it could not write them: no later sync knows of them.
    if (isFailed) change.isDoubted ||= !change.isSure
    else change.isSure ||= !change.isDoubted
  }
  const sure = file.changes.findIndex(({ isSure }) => !isSure)
  for (const { change } of file.changes.splice(0, sure < 0 ? file.changes.length : sure)) {
    file.durable = applied(file.durable, change)
  }
}

function contentOf(file: FileState, random: Random, share: number): Buffer {
  let content: Buffer = Buffer.from(file.durable)
  for (const { change, isSure } of file.changes) {
    if (isSure || random.chance(share)) content = applied(content, change)
    else if (random.chance(0.2))
      for (const part of sectorsOf(change, random)) content = applied(content, part)
  }
  return content
}

/** Some of the sectors of a write. */
function sectorsOf(change: Change, random: Random): readonly Change[] {
  if ('size' in change) return []
  const { at, bytes } = change
  const parts: Change[] = []
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR))
    if (random.chance(0.5)) parts.push({ at: at + from, bytes: bytes.subarray(from, to) })
    from = to
  }
  return parts
}

function applied(content: Buffer, change: Change): Buffer {
  if ('size' in change) return resized(content, change.size)
  const end = change.at + change.bytes.length
  const grown = end > content.length ? resized(content, end) : content
  change.bytes.copy(grown, change.at)
  return grown
}

function resized(content: Buffer, size: number): Buffer {
  if (size <= content.length) return Buffer.from(content.subarray(0, size))
  return Buffer.concat([content, Buffer.alloc(size - content.length)])
}
