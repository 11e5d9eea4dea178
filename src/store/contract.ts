/**
 * The one store contract. A caller hands over units of commands that are plain data and awaits a receipt; it reads by
 * declared queries. SQLite keeps it today; Postgres will keep the same one.
 */
import type { Meter } from '../observe/index.ts'
import type { Shape, Values } from './codec.ts'

/**
 * When a commit may be acknowledged. power-safe: after an fsync, so it survives power loss. crash-safe: after the
 * operating system has it, so it survives kill -9 but not power loss; it becomes power-safe with the next such commit.
 */
export type Durability = 'power-safe' | 'crash-safe'

/** One declared write: its name and the rows it is applied to, in order. `Row` is what it gives back, if anything. */
export interface Command<Row = unknown> {
  readonly name: string
  readonly rows: readonly Values<Shape>[]
  /** Never present: carries the result's type. */
  readonly gives?: Row
}

/** A condition on the store's state that must hold for the unit to be applied. */
export interface Guard {
  readonly name: string
  readonly data: Values<Shape>
}

/** One declared read and its parameters. */
export interface Query<Row = unknown> {
  readonly name: string
  readonly data: Values<Shape>
  /** Never present: carries the result's type. */
  readonly gives?: Row
}

/** Commands that are applied together, in order, or not at all. */
export interface Unit<Commands extends readonly Command[] = readonly Command[]> {
  readonly commands: Commands
  /** All are checked before the first command; one that does not hold refuses the unit with GuardFailed. */
  readonly guards?: readonly Guard[]
  /**
   * Idempotency key, kept 7 days: a second unit with the same key is not applied and gets the first one's receipt,
   * whichever process sends it. Up to 2,000 bytes, as ids and whatever else is indexed.
   */
  readonly key?: string
  /** Default 'power-safe'. */
  readonly durability?: Durability
}

/** What one command did. */
export interface Result<Row = unknown> {
  /** Rows inserted, updated or deleted, a row as often as that was done to it. */
  readonly changed: number
  /** Rows given back, empty for most commands. */
  readonly rows: readonly Row[]
}

/** Proof of a commit: it is durable in the sense named, and `results` has one entry per command. */
export interface Receipt<Commands extends readonly Command[] = readonly Command[]> {
  /**
   * Place in commit order over all processes: a later unit has a higher one. Numbers may be left out. A unit that changed
   * no row takes no position of its own and names the latest one.
   */
  readonly position: number
  readonly durability: Durability
  readonly results: {
    readonly [I in keyof Commands]: Commands[I] extends Command<infer Row> ? Result<Row> : never
  }
  /** True when the idempotency key was known and this is the first unit's receipt. */
  readonly repeated: boolean
}

/** One row was written or deleted at a position. */
export interface Change {
  readonly position: number
  readonly noun: string
  readonly id: string
  readonly op: 'put' | 'delete'
}

/** The reading half of a store. */
export interface Reader {
  /** Figures of this process's work on the store (docs/figures.md); whoever works on it adds its own. */
  readonly meter: Meter

  /**
   * Runs one declared query. Sees every commit acknowledged before the call. Deadline 5 s unless given.
   * @throws MillraceError Timeout, Closed, UnknownCommand, BadValue, Corrupt, InputOutput
   */
  read<Row>(query: Query<Row>, options?: { readonly deadlineMs?: number }): Promise<readonly Row[]>

  /** The position of the latest commit. */
  position(): Promise<number>

  /**
   * Up to `limit` changes after a position, in commit order; those of one unit by noun and id. A position is there for
   * every reader only when all before it are, so whoever goes on after the last one it saw misses none.
   * @throws MillraceError PositionTooOld when changes after `position` were already pruned: read the tables in full
   */
  changes(position: number, limit: number): Promise<readonly Change[]>

  /**
   * Runs one read-only SQL statement of a person, in chunks of rows. Values are as they are stored: text with its escapes
   * (portable-text.ts), JSON as text, booleans and what is true or false as 1 or 0. Nothing it sets outlives it.
   * @throws MillraceError Usage when it is not one statement that reads and gives rows, Closed, Timeout after `deadlineMs` (default 5 s)
   */
  sql(text: string, options?: { readonly deadlineMs?: number }): AsyncIterable<SqlChunk>

  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Some rows of a person's statement. Every chunk names the columns, so an empty result still has a header. */
export interface SqlChunk {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | bigint | null | Uint8Array)[])[]
}

/** Another process that was working on this store and is gone. */
export interface LostProcess {
  readonly id: string
  readonly pid: number
}

/** A store that can be written. */
export interface Store extends Reader {
  /** The id under which this process is known to the others: what a job's lease names. */
  readonly process: string

  /**
   * Applies a unit, together with whatever else is waiting. Units of one process are applied in the order of the calls;
   * those of several one after the other, each as if alone: what a guard saw still holds when the commands run. A process
   * that has stopped within a commit holds the others up for 30 s at most; then they are refused as Busy.
   * @throws MillraceError GuardFailed, Busy, Constraint, BadValue, TooBig, QueueFull, Aborted, DiskFull, InputOutput, Closed;
   *   `applied` says whether the unit can have taken effect
   */
  commit<const Commands extends readonly Command[]>(
    unit: Unit<Commands>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Receipt<Commands>>

  /**
   * Takes a lock by name that this process keeps until it disposes of it or dies; for what must have one owner outside
   * the store, such as a file. Any text is a name. @throws MillraceError Busy when another process, or this one, has it
   */
  hold(name: string): Promise<AsyncDisposable>

  /**
   * Processes that registered with this store and hold their lock no more: killed ones, within 10 s of their end; never one
   * that is alive, even if it is stopped, or that was closed.
   */
  lostProcesses(): Promise<readonly LostProcess[]>

  /** Forgets a lost process, after its work was given back. */
  forgetProcess(id: string): Promise<void>
}

/** One whole copy of a store: its state at one position. */
export interface StoreCopy {
  /** Absolute path. */
  readonly file: string
  readonly position: number
  /** Pages of the database file (not of any site): `bytes` divided by the size of one. */
  readonly filePages: number
  readonly bytes: number
  /** Of the file's bytes. */
  readonly sha256: string
  /** Id of the process at work that carried it out; null when the caller did. */
  readonly carrier: string | null
}

/** How far a copy is. */
export interface CopyProgress {
  readonly step: 'asking' | 'copying' | 'checking'
  /** Written so far, of about how many. */
  readonly bytes: number
  readonly bytesTotal: number
}

/** How to copy. */
export interface CopyOptions {
  /** Whether a Millrace database of that name is replaced; default false. */
  readonly isForced?: boolean
  readonly onProgress?: (progress: CopyProgress) => void
  /** Stops it; what was there before stays. */
  readonly signal?: AbortSignal
}

/**
 * What is done with a store as a whole. One at a time on one store. A backend that is looked after with tools of its
 * own (pg_dump, VACUUM) refuses with Usage and names them.
 */
export interface Upkeep {
  /**
   * Copies the store into one file, also while others write it.
   * @throws MillraceError NotFound, Usage, CannotCreate, NoPermission, NetworkFileSystem, DiskFull, ForeignDatabase,
   *   Busy, Corrupt, SchemaNewer, SchemaChanged, InputOutput, Aborted
   */
  backup(to: string, options?: CopyOptions): Promise<StoreCopy>

  /**
   * Makes the store what a backup is. Work that was in hand when the backup was made is given back by the next process
   * that works. @throws MillraceError as `backup`; Busy also when somebody has the store open
   */
  restore(from: string, options?: CopyOptions): Promise<StoreCopy>

  /**
   * Gives unused space back, after applying `units`, such as an index's own tidying. Nobody else may have it open.
   * @throws MillraceError NotFound, Busy, DiskFull, NoPermission, Corrupt, Aborted, and what `commit` throws
   */
  compact(units?: readonly Unit[], options?: { readonly signal?: AbortSignal }): Promise<Compaction>
}

/** What compacting did: bytes of the store with its log. */
export interface Compaction {
  readonly bytesBefore: number
  readonly bytesAfter: number
}
