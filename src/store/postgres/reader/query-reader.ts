/** Declared queries over the pool of connections that read. */
import { isMillraceError, MillraceError } from '../../../model/index.ts'
import { closed } from '../../queue/index.ts'
import { encodeQuery, findKind, type Catalog, type CompiledStatement } from '../../catalog.ts'
import { decodeRow } from '../../codec.ts'
import type { Query } from '../../contract.ts'
import type { ReadPool } from '../pool/index.ts'
import { bind } from '../statements/index.ts'

/** Runs declared queries. */
export class QueryReader {
  readonly #catalog: Catalog
  readonly #pool: ReadPool
  readonly #open = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(catalog: Catalog, pool: ReadPool) {
    this.#catalog = catalog
    this.#pool = pool
  }

  /** @throws MillraceError Timeout, Closed, QueueFull, UnknownCommand, BadValue, StoreUnreachable, Corrupt */
  async read<Row>(query: Query<Row>, deadlineMs?: number): Promise<readonly Row[]> {
    if (this.#isClosed) throw closed()
    const { index, definition } = findKind(this.#catalog, 'query', query.name)
    const statement = this.#catalog.compiled[index]?.statements[0] as CompiledStatement
    const params = bind(statement.binds, encodeQuery(definition, query.data), NO_UNIT)
    const answer = this.#pool.read({ text: statement.sql, params, name: query.name }, deadlineMs)
    const settled = answer.then(nothing, nothing)
    this.#open.add(settled)
    try {
      return (await answer).rows.map((row) => decodeRow(definition.gives, row) as Row)
    } catch (error) {
      throw isMillraceError(error, 'Timeout') ? late(query.name, deadlineMs, error) : error
    } finally {
      this.#open.delete(settled)
    }
  }

  /** Refuses new reads, and resolves when those that are open have ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#open)
  }
}

function late(name: string, deadlineMs: number | undefined, cause: MillraceError): MillraceError {
  if (deadlineMs === undefined) return cause
  return new MillraceError('Timeout', `${name} was not answered within ${deadlineMs} ms and was ended`, {
    cause,
  })
}

function nothing(): void {}

/* A query belongs to no unit: it has no position and no time of its own. */
const NO_UNIT = { position: 0, now: 0 }
