/**
 * export turns what the store holds at one position into rows to be written. It promises short reads and flat memory.
 * It never decides which run is meant, and never what the rows are written as.
 */
import type { Definition } from '../../store/index.ts'
import { exportKeyDefinitions } from './export-keys.ts'
import { documentRows, pageRows } from './export-line.ts'
import { bodyDefinitions } from './page-bodies.ts'

export { chunksOf, KEYS_MAX } from './chunks.ts'
export { documentOctets } from './export-keys.ts'
export { exportFields } from './export-field.ts'
export type { ExportField, FieldType } from './export-field.ts'
export { EXPORT_SHAPES, readLines } from './export-line.ts'
export type { DocumentLine, ExportKind, ExportLines, LineKey, PageLine } from './export-line.ts'
export { exportRows } from './export-rows.ts'
export type { ExportSelection } from './export-rows.ts'
export { earlierPage, pagesWithBodies } from './page-bodies.ts'
export type { PageWithBody } from './page-bodies.ts'

/** What a store must be opened with to export. */
export const exportDefinitions: readonly Definition[] = [
  pageRows.definition,
  documentRows.definition,
  ...exportKeyDefinitions,
  ...bodyDefinitions,
]
