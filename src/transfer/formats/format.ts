/** What a format is: rows in, bytes out. */
import type { ExportField, ExportKind, ExportLines, PageLine, PageWithBody } from '../export/index.ts'
import type { FolderEntry, Piece } from '../files/index.ts'

/** What there is to be written. Of the two streams a format reads one. */
export interface FormatInput {
  readonly kind: ExportKind
  readonly rows: AsyncIterable<ExportLines[ExportKind]>
  readonly pages: AsyncIterable<PageWithBody>
  /** The newest earlier page of the same URL that has a body. */
  readonly earlier: (page: PageLine) => Promise<PageWithBody | undefined>
  /** Id of the run; null: the newest version of each URL. */
  readonly run: string | null
  /** As of which position of the store. */
  readonly position: number
  /** Version of this program. */
  readonly millrace: string
}

interface AnyFormat {
  /** Which kinds it can hold; the first is the default. */
  readonly kinds: readonly ExportKind[]
  /** Of a line of the format, or of its index; none where the format has its own. */
  readonly fields: (kind: ExportKind) => readonly ExportField[]
}

/** A format that is one file. */
export interface FileFormat extends AnyFormat {
  readonly shape: 'file'
  /** Whether a person can read it on a terminal. */
  readonly isText: boolean
  readonly pieces: (input: FormatInput) => AsyncIterable<Piece>
}

/** A format that is a folder of files with an index of them. */
export interface FolderFormat extends AnyFormat {
  readonly shape: 'folder'
  readonly entries: (input: FormatInput) => AsyncIterable<FolderEntry>
}
