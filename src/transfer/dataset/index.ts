/**
 * dataset turns a selection of the store into a file or folder of some format with a manifest that says what it is. It
 * promises that a manifest stands only beside what it names, whole. It never reads what it has written.
 */
import { sourceDefinitions } from './sources.ts'

export { exportDataset, streamDataset } from './export-dataset.ts'
export type { DatasetRequest, Exported, FileFormatName } from './export-dataset.ts'
export { kindFor, listed } from './kind-for.ts'
export type { ExportManifest, ManifestFile } from './manifest.ts'

/** What a store must be opened with to make datasets. */
export const datasetDefinitions = sourceDefinitions
