/** Documents as Markdown files with front matter, for people, note programs and static site makers. */
import { sha256 } from '../../../model/index.ts'
import type { DocumentLine, ExportField } from '../../export/index.ts'
import type { FolderEntry } from '../../files/index.ts'
import type { FormatInput } from '../format.ts'
import { documentPath } from './document-path.ts'
import { frontMatter } from './front-matter.ts'

/** What the front matter holds, in this order, as far as a document has it. */
const FRONT = [
  'title',
  'url',
  'canonicalUrl',
  'authors',
  'publishedAt',
  'modifiedAt',
  'language',
  'description',
  'categories',
  'tags',
  'leadImage',
  'wordCount',
  'fetchedAt',
  'sha256',
  'id',
  'source',
  'run',
  'duplicateOf',
]

/** A line of the index. */
export const MARKDOWN_INDEX: readonly ExportField[] = [
  { name: 'path', type: 'text', isNullable: false, meaning: 'the file, from the folder' },
  { name: 'url', type: 'text', isNullable: false, meaning: 'URL of the document' },
  { name: 'id', type: 'text', isNullable: false, meaning: 'id of the document version' },
  { name: 'bytes', type: 'integer', isNullable: false, meaning: 'bytes of the file' },
  { name: 'sha256', type: 'text', isNullable: false, meaning: 'SHA-256 of the file' },
]

/** One file a document. */
export async function* markdownEntries({ rows }: Pick<FormatInput, 'rows'>): AsyncGenerator<FolderEntry> {
  for await (const row of rows) {
    const document = row as DocumentLine
    const { url, id } = document
    const path = `documents/${documentPath(url, 'md')}`
    const content = Buffer.from(markdownFile(document))
    yield { path, content, index: { path, url, id, bytes: content.byteLength, sha256: sha256(content) } }
  }
}

function markdownFile(document: DocumentLine): string {
  const fields: Readonly<Record<string, unknown>> = { ...document }
  const front = frontMatter(Object.fromEntries(FRONT.map((name) => [name, fields[name]])))
  const { markdown } = fields
  const body = typeof markdown === 'string' && markdown !== '' ? markdown : document.text
  // What UTF-8 can not carry, and what editors take for the end of a text; the store keeps it.
  return `${front}\n${body.toWellFormed().replaceAll('\0', '\ufffd').trimEnd()}\n`
}
