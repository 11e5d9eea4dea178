/** What a target keeps of the move into it: enough for another process to go on from any instant. */
import { MillraceError } from '../../model/index.ts'
import type { Key } from '../../store/index.ts'

/** How far one table is copied. */
export interface CopiedTable {
  /** Key of the last row that was copied. */
  readonly after: Key | null
  readonly rows: number
  readonly isDone: boolean
}

/** When both sides held the same, as far as it was known. */
export interface Equality {
  /** Position of the source. */
  readonly position: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The whole of it; replaced with every transaction of the move. */
export interface Mark {
  readonly version: 1
  /** Identity of the source. */
  readonly source: string
  readonly startedAt: number
  /** What the source had changed up to here is in the target, of the tables that are copied. */
  readonly position: number
  readonly copied: Readonly<Record<string, CopiedTable>>
  readonly lastEqual: Equality | null
  /** Root of all tables, once the move is finished. */
  readonly root: string | null
}

/** The mark as it was last kept; whoever changes it keeps it in the target first. */
export interface KeptMark {
  mark: Mark
}

/** As it is kept. */
export function writeMark(mark: Mark): string {
  return JSON.stringify(mark)
}

/** @throws MillraceError SchemaNewer for one that this Millrace did not write */
export function readMark(text: string): Mark {
  const mark = JSON.parse(text) as Mark
  if ((mark.version as number) === 1) return mark
  throw new MillraceError('SchemaNewer', 'the move was begun by a newer Millrace; upgrade Millrace to go on')
}
