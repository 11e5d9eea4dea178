/** What the process that handles files is asked, and what it answers; names and plain data only. */

/** Each operation with what it takes and gives. */
export interface ChildWork {
  /** Makes an empty file that only its owner reads, in place of any of that name; gives its inode. */
  create(file: string): string
  /** Copies a database into an empty file in one step, under one snapshot. */
  copy(ways: { readonly from: string; readonly file: string }): void
  /** Has what was written so far reach the disk. */
  sync(file: string): void
  /** Makes a copy a file that is whole by itself, checks it, has it reach the disk and says what it is. */
  seal(file: string): SealedCopy
  /** Gives a sealed copy its name. */
  place(move: { readonly file: string; readonly name: string; readonly isForced: boolean }): void
  /** The processes at work on a database, but one, each as `PID (COMMAND)`. */
  holders(asked: { readonly path: string; readonly but?: string }): readonly string[]
  /** Writes a database anew without its free pages. */
  vacuum(path: string): void
}

/** A copy that was checked. */
export interface SealedCopy {
  readonly position: number
  /** Pages of the database file, not of any site. */
  readonly filePages: number
  readonly bytes: number
  readonly sha256: string
}

/** One call. */
export type ChildRequest = {
  readonly [Op in keyof ChildWork]: { readonly op: Op; readonly payload: Parameters<ChildWork[Op]>[0] }
}[keyof ChildWork]
