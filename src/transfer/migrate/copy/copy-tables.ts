/** The first copy of every table, by its key. Rows and how far it is are one transaction. */
import type { KeyRange, SourceSide, TableShape, TargetSide } from '../../../store/index.ts'
import { chunksOf } from '../chunks.ts'
import { type KeptMark, writeMark } from '../mark.ts'
import type { MoveWorld } from '../request.ts'

/** The sides of a move. */
export interface Sides {
  readonly source: SourceSide
  readonly target: TargetSide
}

/** Copies what is not copied yet. */
export async function copyTables(
  { source, target }: Sides,
  shapes: readonly TableShape[],
  kept: KeptMark,
  world: MoveWorld,
): Promise<void> {
  const due = shapes.filter(({ name }) => kept.mark.copied[name]?.isDone !== true)
  if (due.length > 0) await target.loosen()
  let rowsTotal = 0
  for (const { name } of due) rowsTotal += (await source.size(name)).rows
  let seen = due.reduce((sum, { name }) => sum + (kept.mark.copied[name]?.rows ?? 0), 0)
  for (const { name } of due) {
    const from = kept.mark.copied[name] ?? { after: null, rows: 0, isDone: false }
    let rows = from.rows
    // A new database has rows of its own: its counters.
    let replaces: KeyRange | null = from.after === null ? { after: null, upTo: null } : null
    for await (const chunk of chunksOf(source, name, from.after, world.signal)) {
      rows += chunk.rows
      seen += chunk.rows
      const copied = {
        after: chunk.last ?? kept.mark.copied[name]?.after ?? null,
        rows,
        isDone: chunk.isLast,
      }
      const mark = { ...kept.mark, copied: { ...kept.mark.copied, [name]: copied } }
      await target.apply([{ table: name, replaces, rows: chunk }], writeMark(mark))
      kept.mark = mark
      replaces = null
      world.onProgress({ step: 'copying', what: name, rows: seen, rowsTotal })
    }
  }
}
