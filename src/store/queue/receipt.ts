/** What a caller gets for a unit that was applied. */
import { decodeRow, type Shape } from '../codec.ts'
import type { Catalog } from '../catalog.ts'
import type { Command, Receipt, Unit } from '../contract.ts'
import type { Applied } from './batch-report.ts'

/** The receipt: results decoded by what each command declares. */
export function receiptOf<const Commands extends readonly Command[]>(
  catalog: Catalog,
  unit: Unit<Commands>,
  applied: Applied,
): Receipt<Commands> {
  const results = applied.results.map(([changed, rows], index) => {
    const gives = givesOf(catalog, unit.commands[index])
    return { changed, rows: rows.map((row) => decodeRow(gives, row)) }
  })
  const durability = unit.durability ?? 'power-safe'
  return { position: applied.position, durability, repeated: applied.repeated, results: results as never }
}

/** A repeated unit gets the first one's results; commands that it does not have itself give nothing. */
function givesOf(catalog: Catalog, made: Command | undefined): Shape {
  const definition = made === undefined ? undefined : catalog.find(made.name).definition
  return definition?.kind === 'command' ? definition.gives : {}
}
