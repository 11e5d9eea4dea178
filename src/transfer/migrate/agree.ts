/** Whether two stores have the same tables, and which of them are asked for. */
import { MillraceError } from '../../model/index.ts'
import type { SourceSide, TableShape } from '../../store/index.ts'

/** The tables to be moved or compared, by name. @throws MillraceError Usage for a table there is none of */
export async function tablesAsked(
  source: SourceSide,
  asked: readonly string[] | null,
): Promise<readonly TableShape[]> {
  const shapes = await source.tables()
  const names = new Set(shapes.map(({ name }) => name))
  const unknown = (asked ?? []).filter((name) => !names.has(name))
  if (unknown.length > 0) {
    const known = [...names].join(', ')
    throw new MillraceError('Usage', `--tables: expected some of ${known}, got "${unknown.join(', ')}"`)
  }
  return asked === null ? shapes : shapes.filter(({ name }) => asked.includes(name))
}

/** @throws MillraceError SchemaChanged naming what one side has and the other has not */
export function demandSame(from: readonly TableShape[], to: readonly TableShape[]): void {
  const known = new Map(to.map((shape) => [shape.name, told(shape)]))
  for (const shape of from) {
    const found = known.get(shape.name)
    if (found === told(shape)) continue
    const came = found ?? 'no such table'
    const message = `expected the same tables on both sides, but ${shape.name} is ${told(shape)} on one and ${came} on the other; use one release of Millrace for both`
    throw new MillraceError('SchemaChanged', message)
  }
}

function told({ columns, key }: TableShape): string {
  const each = columns.map(({ name, type, isNullable }) => `${name} ${type}${isNullable ? '?' : ''}`)
  return `(${each.join(', ')}) by (${key.join(', ')})`
}
