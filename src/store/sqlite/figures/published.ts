/**
 * Figures of a process where others can read them: one small file beside its lock, replaced as a whole. They are for
 * people who watch; nothing is decided by them, so they are not made durable.
 */
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figures } from '../../../observe/index.ts'
import { FIGURES_SUFFIX, lockFolder } from '../file/index.ts'
import type { Notice } from './watchdog.ts'

/** What a process tells of itself. */
export interface PublishedFigures {
  readonly process: string
  readonly pid: number
  readonly command: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly figures: Figures
  /** The latest ones, newest last. */
  readonly notices: readonly (Notice & { readonly at: number })[]
}

/** Replaces what was told before. Nothing is told where it can not be written: a full disk, say. */
export async function publishFigures(path: string, told: PublishedFigures): Promise<void> {
  const file = fileOf(path, told.process)
  try {
    await writeFile(`${file}.new`, JSON.stringify(told), { mode: 0o600 })
    await rename(`${file}.new`, file)
  } catch {
    // Figures must never be what stops a crawl; a folder that is gone or a full disk shows elsewhere.
    withdrawFigures(path, told.process)
  }
}

/** Takes the figures of a process away. */
export function withdrawFigures(path: string, process: string): void {
  const file = fileOf(path, process)
  for (const name of [file, `${file}.new`]) rmSync(name, { force: true })
}

/** What all processes on this database told last, those that have died since included. */
export function publishedFigures(path: string): readonly PublishedFigures[] {
  return namesIn(lockFolder(path))
    .filter((name) => name.endsWith(FIGURES_SUFFIX))
    .flatMap((name) => readOne(join(lockFolder(path), name)))
}

function fileOf(path: string, process: string): string {
  return join(lockFolder(path), `${process}${FIGURES_SUFFIX}`)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function readOne(file: string): readonly PublishedFigures[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as PublishedFigures]
  } catch (error) {
    // Its process has closed between the listing and the look.
    if (isMissing(error)) return []
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
