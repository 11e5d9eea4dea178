/** Holds a file against what its writers said of it. */
import { DatabaseSync } from 'node:sqlite'
import { rowText, type Script, type ScriptUnit } from './script.ts'

/** What became of each unit, by its id, as it was told. */
export interface Told {
  readonly acked: ReadonlyMap<string, number>
  readonly refused: ReadonlyMap<string, 'no' | 'unknown'>
}

/** The children's words on their units. */
export function toldBy(lines: readonly string[]): Told {
  const words = lines.map((line) => line.split(' '))
  const acks = words.filter(([verb]) => verb === 'ack')
  const refusals = words.filter(([verb]) => verb === 'refused')
  return {
    acked: new Map(acks.map(([, id = '', position]) => [id, Number(position)])),
    refused: new Map(refusals.map(([, id = '', , applied]) => [id, applied === 'no' ? 'no' : 'unknown'])),
  }
}

/** What a file has of a script: the position of each unit that is there, and what is wrong with it. */
export interface Found {
  readonly positions: ReadonlyMap<string, number>
  readonly faults: readonly string[]
}

/** Reads the file, recovering its log; nothing else may be using it. */
export function find(path: string, script: Script): Found {
  const db = new DatabaseSync(path)
  try {
    const integrity = db.prepare('PRAGMA integrity_check').all()
    const verdict = integrity.map((row) => String(row['integrity_check'])).join('; ')
    if (verdict !== 'ok') return { positions: new Map(), faults: [`integrity: ${verdict}`] }
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sources'").get() === undefined) {
      return { positions: new Map(), faults: [] }
    }
    const rows = db.prepare('SELECT id, kind, position FROM sources ORDER BY id').all()
    return compare(rows as unknown as readonly Row[], script.flat())
  } finally {
    db.close()
  }
}

interface Row {
  readonly id: string
  readonly kind: string
  readonly position: number
}

function compare(rows: readonly Row[], units: readonly ScriptUnit[]): Found {
  const positions = new Map<string, number>()
  const faults: string[] = []
  const byUnit = Map.groupBy(rows, ({ id }) => id.split('/')[0] ?? '')
  for (const unit of units) {
    const found = byUnit.get(unit.id) ?? []
    byUnit.delete(unit.id)
    if (found.length === 0) continue
    const isWhole =
      found.length === unit.rows.length &&
      found.every(({ kind }, at) => kind === rowText(unit.id, unit.rows[at] ?? 0))
    if (!isWhole) faults.push(`unit ${unit.id} is torn`)
    if (new Set(found.map(({ position }) => position)).size > 1)
      faults.push(`unit ${unit.id} has two positions`)
    positions.set(unit.id, found[0]?.position ?? 0)
  }
  for (const id of byUnit.keys()) faults.push(`${id} was never submitted`)
  const order = [...positions.values()]
  if (order.some((position, at) => position <= (order[at - 1] ?? 0))) faults.push('the order was not kept')
  return { positions, faults }
}

/** What a file must not have when nothing but a process died: acknowledged units gone, refused ones there. */
export function disagreements({ positions }: Found, told: Told): readonly string[] {
  const lost = [...told.acked].filter(([id, position]) => positions.get(id) !== position)
  const invented = [...told.refused].filter(([id, applied]) => applied === 'no' && positions.has(id))
  return [
    ...lost.map(
      ([id, position]) =>
        `${id} was acknowledged at ${position} and is at ${positions.get(id) ?? 'no place'}`,
    ),
    ...invented.map(([id]) => `${id} was refused as not applied and is there`),
  ]
}
