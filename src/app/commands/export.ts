/** `export`: the store's pages or documents as a file or a stream. */
import { getRun } from '../../crawl/index.ts'
import { MillraceError } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import {
  csvLines,
  exportRows,
  jsonLines,
  writeExport,
  type ExportKind,
  type ExportSelection,
} from '../../transfer/index.ts'
import type { CommandContext } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { openReader } from '../open-store.ts'
import { say } from '../print/output.ts'

/** The options as typed. */
export interface ExportFlags {
  readonly kind: string
  readonly format: string
  readonly run?: string
  readonly canonicalOnly?: boolean
  /** A file, or '-' for standard output. */
  readonly out: string
}

const ONLY_DOCUMENTS =
  '--canonical-only: expected --kind documents: pages as such have no duplicates, their documents have'

/** Writes the export; returns the exit code. @throws MillraceError Usage, NotFound, CannotCreate, NoPermission, DiskFull */
export async function exportCommand(flags: ExportFlags, context: CommandContext): Promise<number> {
  const { output, db } = context
  const kind = oneOf('--kind', flags.kind, ['pages', 'documents'] as const)
  const format = oneOf('--format', flags.format, ['jsonl', 'csv'] as const)
  await using reader = await openReader(db)
  if (flags.run !== undefined) await requireRun(reader, flags.run)
  const { run, canonicalOnly = false } = flags
  if (canonicalOnly && kind === 'pages') throw new MillraceError('Usage', ONLY_DOCUMENTS)
  const selection: ExportSelection = { kind, canonicalOnly, ...(run === undefined ? {} : { run }) }
  const counted = { rows: 0 }
  const rows = countRows(exportRows(reader, selection), counted)
  const lines = format === 'csv' ? csvLines<ExportKind>(kind, rows) : jsonLines(rows)
  await writeExport(lines, flags.out === '-' ? { stream: output.stdout } : { file: flags.out })
  if (flags.out !== '-') say(output, `${counted.rows} ${kind} written to ${flags.out}`)
  return EXIT.done
}

function oneOf<const Word extends string>(option: string, given: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === given)
  if (found !== undefined) return found
  throw new MillraceError('Usage', `${option}: expected ${words.join(' or ')}, got "${given}"`)
}

async function requireRun(reader: Reader, id: string): Promise<void> {
  const [run] = await reader.read(getRun({ id }))
  if (run !== undefined) return
  throw new MillraceError(
    'NotFound',
    `--run: expected the id of a run, got "${id}"; \`millrace runs\` lists them`,
  )
}

async function* countRows<Row>(rows: AsyncIterable<Row>, counted: { rows: number }): AsyncGenerator<Row> {
  for await (const row of rows) {
    counted.rows++
    yield row
  }
}
