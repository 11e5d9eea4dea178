/**
 * files turns bytes into files that are there whole or not at all, and names what the file system says against it. It
 * never knows what the bytes mean.
 */
export { fileError } from './file-error.ts'
export { syncFolder } from './sync-folder.ts'
export { writeExport } from './write-export.ts'
export type { ExportTarget } from './write-export.ts'
