/**
 * A database as the target of a move. Rows and what is kept of the move are one transaction; when the server's machine
 * fails it can take back the last of them, both alike, until `finish`, which waits for the disk.
 */
import { type Clock, isMillraceError, MillraceError, systemClock } from '../../../model/index.ts'
import { closeOnce } from '../../reading/index.ts'
import {
  type AppliedRows,
  CHUNK,
  type MoveState,
  type SourceSide,
  type TableShape,
  type TargetSide,
} from '../../portable/index.ts'
import { type Connection, type Connector, type ConnectOptions, connectorOf } from '../connect/index.ts'
import { migrate, migrations, pendingMigrations } from '../migrations/index.ts'
import { copyOfRows } from './copy-binary.ts'
import { deriveSome } from './derived.ts'
import { beginMove, moveOf, withdrawMove } from './move-table.ts'
import { emptyTables, loosen, putBackNext, setSequences } from './put-back.ts'
import { columnsOf, isOneOf, quoted, within } from './quoting.ts'
import { tablesOf } from './shapes.ts'
import { LIVING, sourceOver } from './source.ts'

/**
 * Held by the session of a move for as long as it lives: of one that was killed, until the server notices, which is when
 * it has something to say to it. So it is waited for a while.
 */
const MOVE_LOCK = `SET lock_timeout = '10s';
  SELECT pg_advisory_lock(hashtextextended('millrace move ' || current_schema(), 0))`
const SOON = 'BEGIN READ WRITE; SET LOCAL synchronous_commit = off'
const DURABLE = 'BEGIN READ WRITE; SET LOCAL synchronous_commit = on'

/** A database that is there; its schema may be empty. Nothing is made before `begin`. */
export async function openPostgresTarget(
  options: ConnectOptions & { readonly clock?: Clock },
): Promise<TargetSide> {
  const connector = connectorOf(options)
  try {
    const [writer, reader] = [await connector.connect('copy'), await connector.connect('copy')]
    return new PostgresTarget({ connector, writer, reader, clock: options.clock ?? systemClock })
  } catch (error) {
    await connector.close()
    throw error
  }
}

interface Parts {
  readonly connector: Connector
  readonly writer: Connection
  readonly reader: Connection
  readonly clock: Clock
}

class PostgresTarget implements TargetSide {
  readonly kind = 'postgres'
  readonly name: string
  readonly #writer: Connection
  readonly #clock: Clock
  readonly #reading: SourceSide
  readonly close: () => Promise<void>
  /** Nobody reads it any more when a COPY has ended. */
  readonly #space = Buffer.allocUnsafe(2 * CHUNK.bytes)
  #shapes: ReadonlyMap<string, TableShape> = new Map()

  constructor({ connector, writer, reader, clock }: Parts) {
    this.name = connector.name
    this.#writer = writer
    this.#clock = clock
    this.#reading = sourceOver(connector, reader, { isTarget: true })
    this.close = closeOnce(() => connector.close())
  }

  async look(): Promise<MoveState> {
    const pending = await pendingMigrations(this.#writer, migrations)
    if (pending.length === migrations.length) return { state: 'absent', mark: null }
    return moveOf(this.#writer)
  }

  async begin(begun: Parameters<TargetSide['begin']>[0]): Promise<void> {
    await this.#takeLock()
    await migrate(this.#writer, migrations, this.#clock.now())
    const before = await this.#inOne(DURABLE, () => beginMove(this.#writer, this.name, begun))
    const living = await this.#writer.run({ text: LIVING })
    if (living.rows[0]?.[0] !== 0) {
      await this.#inOne(DURABLE, () => withdrawMove(this.#writer, before))
      const message = `expected nobody at work on ${this.name}, the target of the move; end that first`
      throw new MillraceError('Busy', message)
    }
    await this.#writer.run({ text: "SET maintenance_work_mem = '128MB'" })
    this.#shapes = new Map((await tablesOf(this.#writer)).map((shape) => [shape.name, shape]))
  }

  reading(): SourceSide {
    return this.#reading
  }

  async loosen(): Promise<void> {
    await this.#inOne(SOON, () => loosen(this.#writer))
  }

  async apply(changes: readonly AppliedRows[], mark: string): Promise<void> {
    await this.#inOne(SOON, async () => {
      for (const change of changes) await this.#applyOne(change)
      await this.#writer.run({
        text: 'UPDATE moves SET is_finished = 0, derived = NULL, mark = $1',
        params: [mark],
      })
    })
  }

  async complete(tell: (step: string) => void, signal: AbortSignal): Promise<void> {
    tell('full text')
    while (await this.#inOne(SOON, () => deriveSome(this.#writer))) signal.throwIfAborted()
    for (let made: string | undefined; (made = await this.#putBack()) !== undefined;) {
      tell(made)
      signal.throwIfAborted()
    }
    await this.#inOne(DURABLE, () => setSequences(this.#writer))
    tell('statistics')
    await this.#writer.run({ text: 'ANALYZE' })
  }

  async finish(mark: string): Promise<void> {
    await this.#inOne(DURABLE, () =>
      this.#writer.run({ text: 'UPDATE moves SET is_finished = 1, mark = $1', params: [mark] }),
    )
  }

  async undo(): Promise<void> {
    await this.#inOne(DURABLE, async () => {
      await emptyTables(this.#writer)
      await this.#writer.run({ text: 'DROP TABLE moves, moves_put_back' })
    })
  }

  async #takeLock(): Promise<void> {
    try {
      await this.#writer.run({ text: MOVE_LOCK })
    } catch (cause) {
      if (!isMillraceError(cause, 'Busy')) throw cause
      throw new MillraceError('Busy', `another move into ${this.name} is at work; wait for its end`, {
        cause,
      })
    }
  }

  #putBack(): Promise<string | undefined> {
    return this.#inOne(SOON, () => putBackNext(this.#writer))
  }

  async #applyOne({ table, replaces, rows }: AppliedRows): Promise<void> {
    const shape = this.#shapes.get(table)
    if (shape === undefined) throw new MillraceError('Fault', `there is no table "${table}"`)
    if (replaces !== null) {
      const where = 'ids' in replaces ? isOneOf(replaces.column, replaces.ids) : within(shape, replaces)
      await this.#writer.run({ text: `DELETE FROM ${quoted(table)} WHERE ${where}` })
    }
    if (rows.rows === 0) return
    const text = `COPY ${quoted(table)} (${columnsOf(shape)}) FROM STDIN (FORMAT binary)`
    const taken = await this.#writer.copyIn(text, once(copyOfRows(rows, this.#space)))
    if (taken !== rows.rows)
      throw new MillraceError('Fault', `expected ${rows.rows} rows of ${table}, took ${taken}`)
  }

  async #inOne<T>(begin: string, work: () => Promise<T>): Promise<T> {
    await this.#writer.run({ text: begin })
    try {
      const result = await work()
      await this.#writer.run({ text: 'COMMIT' })
      return result
    } catch (error) {
      // A session that is lost has taken its transaction along.
      if (!this.#writer.isLost) await this.#writer.run({ text: 'ROLLBACK' })
      throw error
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
