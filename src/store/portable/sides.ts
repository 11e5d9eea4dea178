/** What a backend offers to whoever moves all its rows: as the source, which is only read, and as the target. */
import type { TableShape } from './shape.ts'

/** A row's key as text, a number in decimal: the values of the key's columns in the key's order. */
export type Key = readonly string[]

/** Rows between two keys. */
export interface KeyRange {
  /** Exclusive; null from the first row on. */
  readonly after: Key | null
  /** Inclusive; null to the last row. */
  readonly upTo: Key | null
}

/** Some rows in the order of their key, each as the canonical encoding of its columns in the order of the shape. */
export interface Rows {
  readonly rows: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The rows of one short read. */
export interface Chunk {
  readonly rows: number
  /** The encoding; empty where only the digest was asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the encoding, also where it is not given. */
  readonly encodedBytes: number
  readonly sha256: string
  /** Key of the last row; null when there is none. */
  readonly last: Key | null
  /** Whether the range has no further rows. */
  readonly isLast: boolean
}

/** About how much a table holds. */
export interface TableSize {
  readonly rows: number
  /** On disk, without indexes; an estimate. */
  readonly bytes: number
}

/** What `changes` says was touched after a position, up to another. */
export interface Touched {
  /** Up to here nothing is left out. */
  readonly position: number
  /** Ids by noun, each once. */
  readonly ids: ReadonlyMap<string, readonly string[]>
}

/** A store as a source: read in short reads, never written. Every read sees the newest state of its own instant. */
export interface SourceSide {
  /** As a person knows it: a URL without password. */
  readonly name: string
  readonly kind: 'sqlite' | 'postgres'
  /** The same for the same database, and different for another one of that name. */
  identity(): Promise<string>
  /** The tables that are carried, by name. @throws MillraceError SchemaChanged, SchemaNewer, BadInput, MoveUnfinished */
  tables(): Promise<readonly TableShape[]>
  size(table: string): Promise<TableSize>
  /** Position of the latest commit. */
  position(): Promise<number>
  /** How many processes are at work on it, as far as can be known. */
  writers(): Promise<number>
  /** Jobs that a process has in hand. */
  leases(): Promise<number>
  /** @throws MillraceError PositionTooOld when changes after `position` were pruned */
  touchedAfter(position: number, limit: number): Promise<Touched>
  /** One chunk from the beginning of a range. */
  read(table: string, range: KeyRange): Promise<Chunk>
  /** As `read`, without the rows. */
  digest(table: string, range: KeyRange): Promise<Chunk>
  /** The rows of a range as one digest, however many. */
  digestAll(table: string, range: KeyRange): Promise<Chunk>
  /** Rows by one column, in the order of their key; ids that are not there are left out. */
  readIds(table: string, column: string, ids: readonly string[]): Promise<Rows>
  close(): Promise<void>
}

/** Rows for one table of the target. */
export interface AppliedRows {
  readonly table: string
  /** What is deleted first: a range, the rows of some ids, or nothing where the rows are known to be new. */
  readonly replaces: KeyRange | { readonly column: string; readonly ids: readonly string[] } | null
  readonly rows: Rows
}

/** What a target is. */
export interface MoveState {
  /**
   * absent: no database; empty: one without rows; data: one with rows that no move brought; moving: in the middle of a
   * move; moved: what a move finished.
   */
  readonly state: 'absent' | 'empty' | 'data' | 'moving' | 'moved'
  /** What the move keeps in it; null without one. */
  readonly mark: string | null
}

/** How a move begins, or goes on. */
export interface BegunMove {
  /** Kept where there is none. */
  readonly mark: string
  /** The mark that `look` gave; when there is another one by now, somebody else has moved on. */
  readonly found: string | null
  /** Where the target is if nobody has written it since a move was finished. */
  readonly position: number
}

/**
 * A store as a target. One process at a time has it. What it keeps of the move is committed with the rows it is about,
 * so whatever ends the process the next one goes on from there.
 */
export interface TargetSide {
  readonly name: string
  readonly kind: 'sqlite' | 'postgres'
  /** Looks, and makes nothing. @throws MillraceError ForeignDatabase, SchemaNewer, SchemaChanged, StoreUnreachable */
  look(): Promise<MoveState>
  /**
   * Takes it, makes the schema where it lacks, and goes on, or begins with the mark: from here on nobody else opens it.
   * @throws MillraceError Busy when somebody has it open or moved on since the look, CannotCreate when it holds other data, or a move was finished
   *   and it was written since
   */
  begin(begun: BegunMove): Promise<void>
  /** Reads it, as a source is read; when it is there. */
  reading(): SourceSide
  /** Takes away what slows down or refuses rows in between: indexes that are not keys, references. Again: no change. */
  loosen(): Promise<void>
  /** Applies all of it in one transaction, and the mark. */
  apply(changes: readonly AppliedRows[], mark: string): Promise<void>
  /** Puts back what `loosen` took, sets sequences above the highest number, makes derived tables anew. Again: no change. */
  complete(tell: (step: string) => void, signal: AbortSignal): Promise<void>
  /** Says that the move is finished: durable, and open to everybody. */
  finish(mark: string): Promise<void>
  /** Takes away every row and the move itself. */
  undo(): Promise<void>
  close(): Promise<void>
}
