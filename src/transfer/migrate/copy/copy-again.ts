/** Copies a range again, in place of whatever the target has there. */
import type { Key, KeyRange, TableShape } from '../../../store/index.ts'
import type { Sides } from './copy-tables.ts'
import { type KeptMark, writeMark } from '../mark.ts'

/** Chunk by chunk, because the source may have more there than it had. */
export async function copyAgain(
  { source, target }: Sides,
  { mark }: KeptMark,
  shape: TableShape,
  range: KeyRange,
): Promise<void> {
  await target.loosen()
  let after: Key | null = range.after
  for (let isLast = false; !isLast;) {
    const chunk = await source.read(shape.name, { after, upTo: range.upTo })
    isLast = chunk.isLast
    const replaces = { after, upTo: isLast ? range.upTo : chunk.last }
    await target.apply([{ table: shape.name, replaces, rows: chunk }], writeMark(mark))
    after = chunk.last
  }
}
