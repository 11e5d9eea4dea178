/**
 * export turns what the store holds at one position into lines of JSON or CSV, and lines into a file or a stream. It
 * promises short reads, flat memory and a file that is whole or untouched. It never decides which run is meant.
 */
import type { Definition } from '../../store/index.ts'
import { exportKeyDefinitions } from './export-keys.ts'
import { documentRows, pageRows } from './export-line.ts'

export { chunksOf, KEYS_MAX } from './chunks.ts'
export { csvLine, csvLines } from './csv-lines.ts'
export { documentOctets } from './export-keys.ts'
export { readLines } from './export-line.ts'
export type { DocumentLine, ExportKind, ExportLines, LineKey, PageLine } from './export-line.ts'
export { exportRows } from './export-rows.ts'
export type { ExportSelection } from './export-rows.ts'
export { fileError } from './file-error.ts'
export { jsonLine, jsonLines } from './json-lines.ts'
export { syncFolder } from './sync-folder.ts'
export { writeExport } from './write-export.ts'
export type { ExportTarget } from './write-export.ts'

/** What a store must be opened with to export. */
export const exportDefinitions: readonly Definition[] = [
  pageRows.definition,
  documentRows.definition,
  ...exportKeyDefinitions,
]
