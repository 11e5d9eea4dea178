/** Declared queries over the pool of connections that read. */
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
    const { rows } = await this.#pool.read({ text: statement.sql, params, name: query.name }, deadlineMs)
    return rows.map((row) => decodeRow(definition.gives, row) as Row)
  }

  /** Refuses new reads. */
  close(): void {
    this.#isClosed = true
  }
}

/* A query belongs to no unit: it has no position and no time of its own. */
const NO_UNIT = { position: 0, now: 0 }
