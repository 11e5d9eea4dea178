/** The table of formats. A new one is a file and a line here. */
import { EXPORT_SHAPES, exportFields, type ExportKind } from '../export/index.ts'
import { csvLines } from './csv-lines.ts'
import { markdownEntries, MARKDOWN_INDEX } from './folders/markdown-entries.ts'
import { rawEntries, rawIndex } from './folders/raw-entries.ts'
import type { FileFormat, FolderFormat } from './format.ts'
import { jsonLines } from './json-lines.ts'
import { parquetPieces } from './parquet/parquet-pieces.ts'
import { warcPieces } from './warc/warc-pieces.ts'

const EVERY_KIND: readonly ExportKind[] = [
  'documents',
  ...(Object.keys(EXPORT_SHAPES) as ExportKind[]).filter((kind) => kind !== 'documents'),
]

/** All formats, by the word that `--format` takes. */
export const FORMATS = {
  jsonl: {
    shape: 'file',
    kinds: EVERY_KIND,
    isText: true,
    fields: exportFields,
    pieces: ({ rows }) => jsonLines(rows),
  },
  csv: {
    shape: 'file',
    kinds: EVERY_KIND,
    isText: true,
    fields: exportFields,
    pieces: ({ kind, rows }) => csvLines(kind, rows),
  },
  parquet: {
    shape: 'file',
    kinds: EVERY_KIND,
    isText: false,
    fields: exportFields,
    pieces: parquetPieces,
  },
  markdown: {
    shape: 'folder',
    kinds: ['documents'],
    fields: () => MARKDOWN_INDEX,
    entries: markdownEntries,
  },
  raw: { shape: 'folder', kinds: ['pages'], fields: rawIndex, entries: rawEntries },
  warc: { shape: 'file', kinds: ['pages'], isText: false, fields: () => [], pieces: warcPieces },
} as const satisfies Readonly<Record<string, FileFormat | FolderFormat>>

/** A format's name. */
export type FormatName = keyof typeof FORMATS
