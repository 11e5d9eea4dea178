/** What the fields of an export are, for formats that have types and for whoever reads a manifest. */
import { EXPORT_SHAPES, type ExportKind } from './export-line.ts'

/** How a field's values look, whatever the format: times are instants in UTC, lists hold text, json is any JSON value. */
export type FieldType = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'list' | 'json'

/** One field of a line. */
export interface ExportField {
  readonly name: string
  readonly type: FieldType
  readonly isNullable: boolean
  /** In words, for a person. */
  readonly meaning: string
}

/** JSON fields that are always lists, of text but for what a later version may put there. */
const LISTS: ReadonlySet<string> = new Set(['authors', 'categories', 'tags', 'links'])

const TYPES: Readonly<Record<string, FieldType>> = {
  text: 'text',
  int: 'integer',
  real: 'number',
  bool: 'boolean',
  time: 'time',
  json: 'json',
}

/** By name: a field means the same in every kind that has it. */
const MEANINGS: Readonly<Record<string, string>> = {
  id: 'id of the page or of the document version',
  url: 'URL that was asked for',
  status: 'HTTP status',
  contentType: 'Content-Type as the server sent it',
  headers: 'response headers as [name, value] pairs, in order',
  remoteAddress: 'IP address that answered',
  fetchedAt: 'when the page was asked for',
  durationMs: 'milliseconds from asking to the last byte',
  bytes: 'bytes of the body after Content-Encoding was undone',
  rawSha256: 'SHA-256 of that body; null when none was kept',
  redirectTo: 'where a redirect leads',
  note: 'why there is less than one would expect, for a person',
  document: 'id of the document that the page has',
  source: 'id of the source',
  run: 'id of the run that fetched the page',
  change: 'what the answer says of the page: new, changed, unchanged, missed or gone; null when nothing',
  goneAt: 'when the page was found gone; null while it is there',
  canonicalUrl: 'rel=canonical of the page',
  title: 'title of the document',
  text: 'main text',
  markdown: 'main text as Markdown',
  html: 'main content as HTML, where the source gives it',
  description: 'summary that the page gives of itself',
  language: 'language as declared (BCP 47)',
  publishedAt: 'when it was published, as declared',
  modifiedAt: 'when it was last changed, as declared',
  authors: 'names of its authors',
  categories: 'names of its categories',
  tags: 'names of its tags',
  leadImage: 'URL of its main image',
  wordCount: 'words of the main text',
  sha256: 'SHA-256 of the main text',
  needsJavascript: 'whether the page seems to be empty without JavaScript',
  links: 'URLs that the page links to',
  metadata: 'what the page says of itself in its head',
  cluster:
    'name of its cluster: documents that say the same, or nearly, have the same one; null while not known',
  isCanonical: 'whether it is the one of the export to keep of its cluster; null while not known',
  duplicateOf: 'URL of the one to keep; null for that one itself, and while not known',
}

/** The fields of a kind, in the order of its lines. */
export function exportFields(kind: ExportKind): readonly ExportField[] {
  return Object.entries(EXPORT_SHAPES[kind]).map(([name, codec]) => ({
    name,
    type: LISTS.has(name) ? 'list' : (TYPES[codec.replace('?', '')] ?? 'json'),
    isNullable: codec.endsWith('?'),
    meaning: MEANINGS[name] ?? '',
  }))
}
