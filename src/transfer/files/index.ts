/**
 * files turns bytes into files that are there whole or not at all, and names what the file system says against it. It
 * never knows what the bytes mean.
 */
export { fileError, systemCode } from './file-error.ts'
export { fillFolder } from './fill-folder.ts'
export type { Filling, FolderEntry } from './fill-folder.ts'
export { placeFolder } from './place-folder.ts'
export { syncFolder } from './sync-folder.ts'
export { writeExport } from './write-export.ts'
export type { ExportTarget, Piece } from './write-export.ts'
