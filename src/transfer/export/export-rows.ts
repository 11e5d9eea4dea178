/** An export as a stream of lines: many short reads that together show one instant. */
import type { Reader } from '../../store/index.ts'
import { chunksOf, KEYS_MAX } from './chunks.ts'
import { nextKeys, type ExportKey } from './export-keys.ts'
import { readLines, type ExportKind, type ExportLines } from './export-line.ts'

/** What to export. */
export interface ExportSelection<Kind extends ExportKind = ExportKind> {
  readonly kind: Kind
  /** Id of a run: what it fetched. Default: the newest version of each URL, of whichever run. */
  readonly run?: string
  /** The position as of which. Default: that at which reading starts. */
  readonly upTo?: number
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
  { kind, run, upTo }: ExportSelection<Kind>,
): AsyncGenerator<ExportLines[Kind]> {
  const asOf = upTo ?? (await reader.position())
  let after: string | undefined = ''
  while (after !== undefined) {
    const keys: readonly ExportKey[] = await reader.read(
      nextKeys(kind, { run: run ?? null, upTo: asOf, after, limit: KEYS_MAX }),
    )
    for (const chunk of chunksOf(keys)) {
      // What a run was answered is shown as it was then.
      yield* await readLines[kind](reader, chunk, run === undefined ? asOf : 0)
    }
    after = keys.at(-1)?.urlKey
  }
}
