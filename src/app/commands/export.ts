/** `export`: the store's pages or documents as a file, a folder or a stream. */
import { fingerprintGaps, getRun } from '../../crawl/index.ts'
import { MillraceError } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import {
  FORMATS,
  kindFor,
  listed,
  streamDataset,
  type FileFormatName,
  type FormatName,
} from '../../transfer/index.ts'
import type { CommandContext } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { openReader } from '../open-store.ts'
import { say, warn } from '../print/output.ts'
import { VERSION } from '../version.ts'
import { exportDataset } from './export-dataset.ts'

/** The options as typed. */
export interface ExportFlags {
  /** Default: the format's. */
  readonly kind?: string
  readonly format: string
  readonly run?: string
  /** Of documents that say the same, or nearly, only one. */
  readonly canonicalOnly?: boolean
  /** A file or folder, or '-' for standard output. */
  readonly out: string
}

/** Writes the export; returns the exit code. @throws MillraceError Usage, NotFound, CannotCreate, NoPermission, DiskFull */
export async function exportCommand(flags: ExportFlags, context: CommandContext): Promise<number> {
  const { output, db } = context
  const { out, run, canonicalOnly } = flags
  const format = formatOf(flags.format)
  const kind = kindFor(format, flags.kind)
  const toStream = out === '-' ? streamable(format, output.isTerminal) : undefined
  await using reader = await openReader(db)
  if (run !== undefined) await requireRun(reader, run)
  const request = { kind, run, canonicalOnly, millrace: VERSION }
  if (canonicalOnly) await warnOfGaps(reader, context)
  if (toStream !== undefined) {
    await streamDataset(reader, { ...request, format: toStream }, output.stdout)
    return EXIT.done
  }
  const { rows } = await exportDataset(reader, { ...request, format, out })
  say(output, `${rows} ${kind} written to ${out}`)
  return EXIT.done
}

/** A document without a fingerprint is in no cluster, and so is nobody's duplicate. */
async function warnOfGaps(reader: Reader, { output }: CommandContext): Promise<void> {
  const { without } = await fingerprintGaps(reader)
  if (without === 0) return
  const advice = 'they are all kept; run `millrace duplicates` first'
  warn(output, `${without} documents of an older version have no fingerprint yet: ${advice}`)
}

function formatOf(given: string): FormatName {
  const names = Object.keys(FORMATS) as FormatName[]
  const found = names.find((name) => name === given)
  if (found !== undefined) return found
  throw new MillraceError('Usage', `--format: expected ${listed(names)}, got "${given}"`)
}

/** A folder is no stream, and bytes are nothing for a terminal. */
function streamable(format: FormatName, isTerminal: boolean): FileFormatName {
  const { shape, ...more } = FORMATS[format]
  const example = `--out NAME${shape === 'folder' ? '' : `.${format}`}`
  if (shape === 'folder')
    throw new MillraceError('Usage', `--format ${format} makes a folder: expected its name, ${example}`)
  if (isTerminal && !('isText' in more && more.isText))
    throw new MillraceError(
      'Usage',
      `--format ${format} is nothing for a terminal: expected ${example} or a pipe`,
    )
  return format as FileFormatName
}

async function requireRun(reader: Reader, id: string): Promise<void> {
  const [run] = await reader.read(getRun({ id }))
  if (run !== undefined) return
  throw new MillraceError(
    'NotFound',
    `--run: expected the id of a run, got "${id}"; \`millrace runs\` lists them`,
  )
}
