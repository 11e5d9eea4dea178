/**
 * One export from the store to its place, with its manifest:
 *
 *   file:   write -> remove the old manifest -> put the file in its place -> put the manifest beside it
 *   folder: write files, index and manifest -> put the folder in its place
 *
 * so that wherever a kill falls, a manifest that can be read is that of the file beside it.
 */
import { realpath, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { MillraceError } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import { earlierPage, exportRows, pagesWithBodies, type ExportKind } from '../export/index.ts'
import { fillFolder, placeFolder, writeExport, type Filling } from '../files/index.ts'
import {
  FORMATS,
  type FileFormat,
  type FolderFormat,
  type FormatInput,
  type FormatName,
} from '../formats/index.ts'
import { digested, seen } from './digested.ts'
import {
  INDEX_NAME,
  isExportFolder,
  MANIFEST_ENDING,
  MANIFEST_NAME,
  manifestText,
  type ManifestFile,
} from './manifest.ts'
import { manifestSources } from './sources.ts'

/** What to export, and as what. */
export interface DatasetRequest {
  readonly format: FormatName
  /** One that the format can hold, see kindFor. */
  readonly kind: ExportKind
  /** Id of a run: what it fetched. Default: the newest version of each URL, of whichever run. */
  readonly run?: string | undefined
  /** Leaves out documents that say what another one of the export says, or nearly; default false. */
  readonly canonicalOnly?: boolean | undefined
  /** Version of this program, for the manifest. */
  readonly millrace: string
  readonly signal?: AbortSignal | undefined
}

/** What an export came to. */
export interface Exported {
  readonly rows: number
  /** Null where there is none: on a stream or a device. */
  readonly manifest: string | null
}

interface Work {
  readonly input: FormatInput
  readonly request: DatasetRequest
  /** Grows while the input is read. */
  readonly rows: { count: number; readonly sources: Set<string> }
}

/**
 * Writes a file or folder, whichever the format is, and its manifest. `createdAt` in milliseconds since 1970.
 * @throws MillraceError Usage for canonicalOnly of pages; CannotCreate, NoPermission, DiskFull, InputOutput; Aborted; and
 *   as exportRows
 */
export async function exportDataset(
  reader: Reader,
  request: DatasetRequest,
  { out, createdAt }: { readonly out: string; readonly createdAt: number },
): Promise<Exported> {
  const work = await workOn(reader, request)
  const describe = async (files: readonly ManifestFile[], filled: Filling) =>
    manifestText({
      millrace: request.millrace,
      createdAt: new Date(createdAt).toISOString(),
      format: request.format,
      kind: request.kind,
      selection: {
        run: work.input.run,
        position: work.input.position,
        canonicalOnly: request.canonicalOnly ?? false,
      },
      sources: await manifestSources(reader, work.rows.sources),
      rows: work.rows.count,
      fileCount: filled.files,
      bytes: filled.bytes,
      files,
      fields: FORMATS[request.format].fields(request.kind),
    })
  const format: FileFormat | FolderFormat = FORMATS[request.format]
  const write = format.shape === 'file' ? toFile(format, work, out) : toFolder(format, work, out)
  const manifest = await write(describe)
  return { rows: work.rows.count, manifest }
}

/** Writes a format of one file to a stream, which is left open, without a manifest. @throws as writeExport */
export async function streamDataset(
  reader: Reader,
  request: DatasetRequest & { readonly format: FileFormatName },
  stream: Writable,
): Promise<Exported> {
  const work = await workOn(reader, request)
  const format: FileFormat = FORMATS[request.format]
  await writeExport(format.pieces(work.input), { stream }, { signal: request.signal })
  return { rows: work.rows.count, manifest: null }
}

/** A format of one file, which can go to a stream. */
export type FileFormatName = {
  [Name in FormatName]: (typeof FORMATS)[Name]['shape'] extends 'file' ? Name : never
}[FormatName]

type Describe = (files: readonly ManifestFile[], filled: Filling) => Promise<string>
/** Writes, and says where the manifest is. */
type Write = (describe: Describe) => Promise<string | null>

function toFile(format: FileFormat, { input, request: { signal } }: Work, out: string): Write {
  return async (describe) => {
    const manifest = `${out}${MANIFEST_ENDING}`
    const { pieces, sum } = digested(format.pieces(input))
    await writeExport(pieces, { file: out }, { signal, beforePlaced: () => rm(manifest, { force: true }) })
    const isDevice = (await stat(out).catch(() => undefined))?.isFile() === false
    if (isDevice) return null
    const file = { path: basename(out), ...sum() }
    await writeExport(one(await describe([file], { files: 1, bytes: file.bytes })), { file: manifest })
    return manifest
  }
}

function toFolder(format: FolderFormat, { input, request: { signal } }: Work, out: string): Write {
  return async (describe) => {
    const path = await realpath(out).catch(() => resolve(out))
    const fill = async (folder: string) => {
      const filled: Filling = { files: 0, bytes: 0 }
      const { pieces, sum } = digested(fillFolder(folder, format.entries(input), filled))
      await writeExport(pieces, { file: join(folder, INDEX_NAME) }, { signal })
      const text = await describe([{ path: INDEX_NAME, ...sum() }], filled)
      await writeExport(one(text), { file: join(folder, MANIFEST_NAME) })
    }
    await placeFolder(path, { fill, isOurs: isExportFolder })
    return join(out, MANIFEST_NAME)
  }
}

const ONLY_DOCUMENTS =
  '--canonical-only: expected --kind documents: pages as such have no duplicates, their documents have'

async function workOn(reader: Reader, request: DatasetRequest): Promise<Work> {
  const { kind, run, canonicalOnly = false, millrace } = request
  if (canonicalOnly && kind === 'pages') throw new MillraceError('Usage', ONLY_DOCUMENTS)
  const position = await reader.position()
  const rows = { count: 0, sources: new Set<string>() }
  const see = ({ source }: { readonly source: string }) => {
    rows.count++
    rows.sources.add(source)
  }
  const selection = { upTo: position, ...(run === undefined ? {} : { run }) }
  const input: FormatInput = {
    kind,
    rows: seen(exportRows(reader, { ...selection, kind, canonicalOnly }), see),
    pages: seen(pagesWithBodies(reader, selection), ({ page }) => see(page)),
    earlier: (page) => earlierPage(reader, page),
    run: run ?? null,
    position,
    millrace,
  }
  return { input, request, rows }
}

async function* one(text: string): AsyncGenerator<string> {
  yield text
}
