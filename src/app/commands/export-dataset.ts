/** An export as the command line and a program ask for it: this version and this machine's time go along. */
import { systemClock } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import * as transfer from '../../transfer/index.ts'
import { VERSION } from '../version.ts'

/** What to export, as what, and where to. */
export interface ExportOptions {
  readonly format: transfer.FormatName
  /** One that the format can hold. Default: pages for raw and warc, else documents. */
  readonly kind?: transfer.ExportKind
  /** Id of a run: what it fetched. Default: the newest version of each URL, of whichever run. */
  readonly run?: string | undefined
  /** Of documents that say the same, or nearly, only one; default false. */
  readonly canonicalOnly?: boolean | undefined
  /** A file, or for markdown and raw a folder: missing, empty or an earlier export. */
  readonly out: string
  readonly signal?: AbortSignal
}

/**
 * Writes a file or folder that is whole or untouched, with its manifest (docs/exports.md).
 * @throws MillraceError Usage, CannotCreate, NoPermission, DiskFull, InputOutput, Timeout, Aborted by the signal
 */
export function exportDataset(reader: Reader, options: ExportOptions): Promise<transfer.Exported> {
  const { format, out, run, canonicalOnly, signal } = options
  const kind = transfer.kindFor(format, options.kind)
  const request = { format, kind, run, canonicalOnly, signal, millrace: VERSION }
  return transfer.exportDataset(reader, request, { out, createdAt: systemClock.now() })
}
