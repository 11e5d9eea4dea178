/**
 * Raw bodies as files, named by their digests: a body that many pages have is there once, and any file can be checked
 * by its own name. The index has a line for each page.
 */
import { exportFields, type ExportField, type ExportKind } from '../../export/index.ts'
import type { FolderEntry } from '../../files/index.ts'
import type { FormatInput } from '../format.ts'

/** A line of the index. */
export function rawIndex(kind: ExportKind): readonly ExportField[] {
  const meaning = 'the file with the body, from the folder; null when none was kept'
  return [...exportFields(kind), { name: 'path', type: 'text', isNullable: true, meaning }]
}

/** One entry a page. 256 folders: a million bodies are 4,000 in each. */
export async function* rawEntries({ pages }: Pick<FormatInput, 'pages'>): AsyncGenerator<FolderEntry> {
  for await (const { page, body } of pages) {
    const { rawSha256 } = page
    const path = rawSha256 === null ? null : `bodies/${rawSha256.slice(0, 2)}/${rawSha256}`
    const index = { ...page, path }
    if (path === null || body === null) yield { index }
    else yield { path, content: body, index, isNamedByContent: true }
  }
}
