/**
 * transfer: turns pages and documents into files. It promises that an export shows the store as of one position, in
 * one order, in memory that does not grow with it; that a file is there whole or is the old one; and that a file which
 * follows a run holds each of its documents once, whatever interrupted it. It never holds a read open while somebody
 * else is slow, never writes to the store, and never alters a file that is not its own.
 */
import type { Definition } from '../store/index.ts'
import { datasetDefinitions } from './dataset/index.ts'
import { exportDefinitions } from './export/index.ts'
import { followDefinitions } from './follow/index.ts'

export { exportDataset, kindFor, listed, streamDataset } from './dataset/index.ts'
export type {
  DatasetRequest,
  Exported,
  ExportManifest,
  FileFormatName,
  ManifestFile,
} from './dataset/index.ts'
export { exportRows } from './export/index.ts'
export type {
  DocumentLine,
  ExportField,
  ExportKind,
  ExportLines,
  ExportSelection,
  PageLine,
} from './export/index.ts'
export { writeExport } from './files/index.ts'
export type { ExportTarget } from './files/index.ts'
export { csvLine, csvLines, FORMATS, jsonLines } from './formats/index.ts'
export type { FormatName } from './formats/index.ts'
export { move, undoMove, verify } from './migrate/index.ts'
export type {
  Difference,
  MoveProgress,
  MoveReport,
  MoveRequest,
  MoveWorld,
  Preflight,
  TableProof,
  VerifyRequest,
} from './migrate/index.ts'
export { followRun } from './follow/index.ts'
export type { Follower, FollowTarget } from './follow/index.ts'

/** What a store must be opened with, beside crawlDefinitions, for transfer to work on it. */
export const transferDefinitions: readonly Definition[] = [
  ...exportDefinitions,
  ...datasetDefinitions,
  ...followDefinitions,
]
