/**
 * formats turns rows of an export into the bytes of a format. It promises the same bytes for the same rows, and memory
 * that does not grow with them. It never opens a file.
 */
export { csvLine, csvLines } from './csv-lines.ts'
export { FORMATS } from './formats.ts'
export type { FormatName } from './formats.ts'
export type { FileFormat, FolderFormat, FormatInput } from './format.ts'
export { jsonLine, jsonLines } from './json-lines.ts'
