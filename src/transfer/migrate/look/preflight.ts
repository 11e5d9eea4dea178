/** The look at every row of the source before anything is written: what there is, and what would not survive. */
import type { SourceSide, TableShape } from '../../../store/index.ts'
import { chunksOf } from '../chunks.ts'
import type { Preflight, TableEstimate } from '../report.ts'
import type { MoveWorld } from '../request.ts'
import { TrapFinder } from './traps.ts'

/** What a small machine copies and compares in a second, for the estimate: whichever of the two takes longer. */
const ROWS_A_SECOND = 40_000
const BYTES_A_SECOND = 30_000_000

/** Looks. Writes nothing anywhere. */
export async function preflight(
  source: SourceSide,
  shapes: readonly TableShape[],
  target: 'sqlite' | 'postgres',
  world: MoveWorld,
): Promise<Preflight> {
  const finder = new TrapFinder(target)
  const sizes = new Map<string, number>()
  for (const { name } of shapes) sizes.set(name, (await source.size(name)).rows)
  const rowsTotal = [...sizes.values()].reduce((sum, rows) => sum + rows, 0)
  const tables: TableEstimate[] = []
  let seen = 0
  for (const shape of shapes) {
    let [rows, bytes] = [0, 0]
    for await (const chunk of chunksOf(source, shape.name, null, world.signal)) {
      finder.look(shape, chunk)
      rows += chunk.rows
      bytes += chunk.encodedBytes
      seen += chunk.rows
      world.onProgress({ step: 'checking', what: shape.name, rows: seen, rowsTotal })
    }
    tables.push({ table: shape.name, rows, bytes })
  }
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0)
  const { listed, count, bigIntegers } = finder.found
  return {
    tables,
    rows: seen,
    bytes,
    seconds: Math.ceil(Math.max(seen / ROWS_A_SECOND, bytes / BYTES_A_SECOND)),
    leases: await source.leases(),
    traps: listed,
    trapCount: count,
    bigIntegers,
  }
}
