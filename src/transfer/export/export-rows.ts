/** An export as a stream of lines: many short reads that together show one instant. */
import { membersTeller } from '../../crawl/index.ts'
import type { Reader } from '../../store/index.ts'
import { chunksOf, KEYS_MAX } from './chunks.ts'
import { nextKeys, type ExportKey } from './export-keys.ts'
import {
  readLines,
  type DocumentLine,
  type ExportKind,
  type ExportLines,
  type PageLine,
} from './export-line.ts'

/** What to export. */
export interface ExportSelection<Kind extends ExportKind = ExportKind> {
  readonly kind: Kind
  /** Id of a run: what it fetched. Default: the newest version of each URL, of whichever run. */
  readonly run?: string
  /** The position as of which. Default: that at which reading starts. */
  readonly upTo?: number
  /** Leaves out documents that say what another one of the export says, or nearly; default false. */
  readonly canonicalOnly?: boolean
}

/**
 * The lines, ordered by url key (bytes of its UTF-8), as of one position: what is committed
 * later is not seen. Documents are those of pages that have one; without a run, of each URL's newest page that has, also
 * where the page is gone since: `goneAt` says so. What
 * `runs delete` removes meanwhile is gone from the rest. Holds a few MB at a time, or one document.
 * @throws MillraceError Timeout, Closed, Corrupt, InputOutput
 */
export async function* exportRows<Kind extends ExportKind>(
  reader: Reader,
  { kind, run, upTo, canonicalOnly = false }: ExportSelection<Kind>,
): AsyncGenerator<ExportLines[Kind]> {
  const asOf = upTo ?? (await reader.position())
  // What a run was answered is shown as it was then.
  const goneUpTo = run === undefined ? asOf : 0
  const tell = membersTeller(reader, { run: run ?? null, upTo: asOf })
  let after: string | undefined = ''
  while (after !== undefined) {
    const keys: readonly ExportKey[] = await reader.read(
      nextKeys(kind, { run: run ?? null, upTo: asOf, after, limit: KEYS_MAX }),
    )
    for (const chunk of chunksOf(keys)) {
      const lines = await readLines[kind](reader, chunk, { goneUpTo, tell })
      yield* canonicalOnly ? lines.filter(isKept) : lines
    }
    after = keys.at(-1)?.urlKey
  }
}

/** A line whose cluster is not known is kept: nothing may be missing. */
function isKept(line: PageLine | DocumentLine): boolean {
  return !('isCanonical' in line) || line.isCanonical !== false
}
