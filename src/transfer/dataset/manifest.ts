/** What a manifest says, and how ours are told from other files. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportField, ExportKind } from '../export/index.ts'
import type { FormatName } from '../formats/index.ts'
import type { ManifestSource } from './sources.ts'

/** The manifest's own format; raised when a reader of the last one would be misled. */
const MANIFEST_VERSION = 1
const MANIFEST_FORMAT = 'millrace-export'

/** A file that the manifest vouches for. */
export interface ManifestFile {
  /** From the manifest's folder. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** What was exported, from what, and how it looks. */
export interface ExportManifest {
  readonly manifest: typeof MANIFEST_FORMAT
  readonly version: typeof MANIFEST_VERSION
  /** Version of Millrace that wrote it. */
  readonly millrace: string
  /** ISO 8601 in UTC: the one value that differs between two exports of the same. */
  readonly createdAt: string
  readonly format: FormatName
  readonly kind: ExportKind
  readonly selection: {
    /** Id of the run; null: the newest version of each URL. */
    readonly run: string | null
    /** As of which position of the store. */
    readonly position: number
    /** Whether documents that say what another one says, or nearly, were left out. */
    readonly canonicalOnly: boolean
  }
  readonly sources: readonly ManifestSource[]
  /** Pages or documents. */
  readonly rows: number
  /** In a folder, those that its index names; else the one. */
  readonly fileCount: number
  /** Of all those files together. */
  readonly bytes: number
  /** In a folder its index alone, whose lines have the digest of each other file. */
  readonly files: readonly ManifestFile[]
  /** Of a line, or of a line of the index; empty where the format has its own. */
  readonly fields: readonly ExportField[]
}

/** A manifest's own part and text. */
export function manifestText(manifest: Omit<ExportManifest, 'manifest' | 'version'>): string {
  return `${JSON.stringify({ manifest: MANIFEST_FORMAT, version: MANIFEST_VERSION, ...manifest }, null, 2)}\n`
}

/** Beside a file: its name and this. */
export const MANIFEST_ENDING = '.manifest.json'
/** In a folder. */
export const MANIFEST_NAME = 'manifest.json'
/** The index of a folder. */
export const INDEX_NAME = 'index.jsonl'

/** What an export leaves in a folder. */
const FOLDER_ENTRIES: ReadonlySet<string> = new Set([MANIFEST_NAME, INDEX_NAME, 'documents', 'bodies'])

/** Whether a folder is an earlier export and nothing was put beside it. */
export async function isExportFolder(path: string, entries: readonly string[]): Promise<boolean> {
  if (!entries.every((name) => FOLDER_ENTRIES.has(name))) return false
  try {
    const manifest: unknown = JSON.parse(await readFile(join(path, MANIFEST_NAME), 'utf8'))
    return (manifest as Partial<ExportManifest> | null)?.manifest === MANIFEST_FORMAT
  } catch {
    // Missing, unreadable or no JSON: in each case it is not known to be ours, and is left alone.
    return false
  }
}
