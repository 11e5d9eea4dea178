/**
 * How a process asks another one to copy the database: by a small database beside the side files of the processes, so
 * that SQLite settles who takes it and nobody reads half of it. It lives as long as whoever asks holds UPKEEP_LOCK; it
 * needs no durability, because after a crash nobody waits for the answer.
 *
 *   asked --take--> taken --answer--> done | declined        asked --withdraw--> (removed)
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { sha256 } from '../../../model/index.ts'
import { isProcessLost, lockFolder } from './process-lock.ts'

/** The named lock of whoever copies, replaces or compacts a database: one at a time. */
export const UPKEEP_LOCK = sha256('millrace upkeep')

/** How long either side waits for the other one's few microseconds of work on the request. */
const WAIT_MS = 100

/** What is asked. */
export interface CopyRequest {
  readonly id: string
  /** Absolute path of an empty file that whoever asks has made. */
  readonly file: string
  /** Its inode: the same path can lead elsewhere in another container. */
  readonly inode: string
}

/** How far it is. */
export interface CopyState extends CopyRequest {
  readonly state: 'asked' | 'taken' | 'done' | 'declined'
  /** Id of the process that took it. */
  readonly carrier: string | null
  /** Why it was declined. */
  readonly reason: string | null
}

/** Makes the request. The caller holds UPKEEP_LOCK, so what is there was left by somebody dead. */
export function postCopyRequest(path: string, request: CopyRequest): void {
  removeCopyRequest(path)
  using db = prepare(new DatabaseSync(fileOf(path)))
  db.exec(`BEGIN IMMEDIATE;
    CREATE TABLE request (id TEXT, file TEXT, inode TEXT, state TEXT, carrier TEXT, reason TEXT) STRICT`)
  const { id, file, inode } = request
  db.prepare("INSERT INTO request VALUES (?, ?, ?, 'asked', NULL, NULL)").run(id, file, inode)
  db.exec('COMMIT')
}

/** The request there is and how far it is; undefined when there is none, or it is just being made. */
export function readCopyRequest(path: string): CopyState | undefined {
  if (!existsSync(fileOf(path))) return undefined
  using db = open(path)
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'request'").get() === undefined) return undefined
  return db.prepare('SELECT * FROM request').get() as CopyState | undefined
}

/** Takes it for a process; false when another one was first, or it is gone. */
export function takeCopyRequest(path: string, id: string, carrier: string): boolean {
  return change(path, "SET state = 'taken', carrier = ? WHERE id = ? AND state = 'asked'", carrier, id)
}

/** Says how it ended: done, or why not. */
export function answerCopyRequest(path: string, id: string, reason: string | null): void {
  const state = reason === null ? 'done' : 'declined'
  change(path, 'SET state = ?, reason = ? WHERE id = ?', state, reason, id)
}

/** Takes it back; false when somebody took it already. */
export function withdrawCopyRequest(path: string, id: string): boolean {
  return change(path, "SET state = 'declined' WHERE id = ? AND state = 'asked'", id)
}

/** Whether whoever asked still waits. Never ask it where UPKEEP_LOCK is held by this very connection's process. */
export function isCopyWanted(path: string, id: string): boolean {
  return !isProcessLost(path, UPKEEP_LOCK) && readCopyRequest(path)?.id === id
}

/** Removes the request, whatever its state. */
export function removeCopyRequest(path: string): void {
  for (const end of ['', '-journal']) rmSync(`${fileOf(path)}${end}`, { force: true })
}

function change(path: string, sql: string, ...values: readonly SQLInputValue[]): boolean {
  if (!existsSync(fileOf(path))) return false
  using db = open(path)
  return db.prepare(`UPDATE request ${sql}`).run(...values).changes === 1
}

function open(path: string): DatabaseSync {
  const url = pathToFileURL(fileOf(path))
  url.searchParams.set('mode', 'rw')
  return prepare(new DatabaseSync(url))
}

function prepare(db: DatabaseSync): DatabaseSync {
  db.exec(`PRAGMA busy_timeout = ${WAIT_MS}; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY`)
  return db
}

function fileOf(path: string): string {
  return join(lockFolder(path), 'copy.request')
}
