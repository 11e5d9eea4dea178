/**
 * A file that follows a run: one line for each document, in commit order, while the run goes on and after any crash.
 * The file itself is the only memory of how far it is: its last whole line names a page, the page has a position, and
 * what was committed after it is what is missing. So there is nothing beside it that could disagree with it.
 */
import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MillraceError } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import { chunksOf, KEYS_MAX, readLines, type LineKey } from '../export/index.ts'
import { fileError, syncFolder } from '../files/index.ts'
import { jsonLine } from '../formats/index.ts'
import { findPlace, type Place } from './find-place.ts'
import { documentsAfter } from './follow-keys.ts'
import { LineFile } from './line-file.ts'

/** Keeps one file in step with one run. */
export interface Follower {
  /**
   * Appends every document committed before the call, and syncs; resolves with how many it appended. Calls while one
   * is under way share the one after it. After a failure the next call goes on where the last whole append ended.
   * @throws MillraceError DiskFull, NoPermission, InputOutput, Closed, and as `Reader.read`
   */
  catchUp(): Promise<number>
  /** Waits for what is under way, syncs and closes; appends nothing more. */
  close(): Promise<void>
}

/** Which run, and which file. */
export interface FollowTarget {
  /** Id of the run. */
  readonly run: string
  readonly file: string
}

/**
 * Opens the file, makes it when it is missing, and cuts what a crash left torn. Its lines are those of an export of
 * documents. Only one process may follow into a file. Costs one reading of an existing file, to count its lines.
 * @throws MillraceError BadInput when the file holds anything but the run's documents in commit order: it is left as
 *   it is; NoPermission, CannotCreate, DiskFull, InputOutput
 */
export async function followRun(reader: Reader, target: FollowTarget): Promise<Follower> {
  try {
    const handle = await open(target.file, 'a+')
    try {
      return await continueFile(reader, target, handle)
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (error) {
    throw fileError(error, target.file)
  }
}

async function continueFile(reader: Reader, target: FollowTarget, handle: FileHandle): Promise<Follower> {
  const { end, place } = await findPlace(reader, handle, target.run)
  await handle.truncate(end)
  await syncFolder(dirname(target.file))
  return new RunFollower(reader, target, { file: new LineFile(handle, end), place })
}

class RunFollower implements Follower {
  readonly #reader: Reader
  readonly #target: FollowTarget
  readonly #file: LineFile
  #place: Place
  #current: Promise<unknown> = Promise.resolve()
  #next: Promise<number> | undefined
  #closing: Promise<void> | undefined

  constructor(
    reader: Reader,
    target: FollowTarget,
    { file, place }: { readonly file: LineFile; readonly place: Place },
  ) {
    this.#reader = reader
    this.#target = target
    this.#file = file
    this.#place = place
  }

  async catchUp(): Promise<number> {
    if (this.#closing !== undefined) throw new MillraceError('Closed', 'the follower is closed')
    this.#next ??= this.#queue()
    return this.#next
  }

  close(): Promise<void> {
    this.#closing ??= this.#settled().then(() => this.#file.close())
    return this.#closing
  }

  /** One append at a time: the one that runs may have read too early to see what this caller committed. */
  #queue(): Promise<number> {
    const appended = this.#settled().then(() => {
      this.#next = undefined
      return this.#append()
    })
    this.#current = appended
    return appended
  }

  /** When nothing is under way. Whoever asked for it hears of its failure. */
  #settled(): Promise<unknown> {
    return this.#current.catch(() => undefined)
  }

  async #append(): Promise<number> {
    const { run } = this.#target
    let appended = 0
    for (;;) {
      const { position: after, urlKey } = this.#place
      const keys = await this.#reader.read(documentsAfter({ run, after, urlKey, limit: KEYS_MAX }))
      for (const chunk of chunksOf(keys)) appended += await this.#appendChunk(chunk)
      if (keys.length < KEYS_MAX) return appended
    }
  }

  async #appendChunk(keys: readonly (Place & LineKey)[]): Promise<number> {
    const lines = await readLines.documents(this.#reader, keys)
    try {
      await this.#file.append(lines.map(jsonLine).join(''))
    } catch (error) {
      throw fileError(error, this.#target.file)
    }
    const { position, urlKey } = keys.at(-1) ?? this.#place
    this.#place = { position, urlKey }
    return lines.length
  }
}
