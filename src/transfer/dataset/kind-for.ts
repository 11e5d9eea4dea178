/** Which kinds go with which format. */
import { MillraceError } from '../../model/index.ts'
import { EXPORT_SHAPES, type ExportKind } from '../export/index.ts'
import { FORMATS, type FormatName } from '../formats/index.ts'

/** The kind that is asked for, or the format's default. @throws MillraceError Usage naming what the format can hold */
export function kindFor(format: FormatName, given: string | undefined): ExportKind {
  const kinds: readonly ExportKind[] = FORMATS[format].kinds
  const kind = given === undefined ? kinds[0] : kinds.find((kind) => kind === given)
  if (kind !== undefined) return kind
  const known = Object.keys(EXPORT_SHAPES)
  if (!known.includes(given ?? ''))
    throw new MillraceError('Usage', `--kind: expected ${listed(known)}, got "${given}"`)
  throw new MillraceError('Usage', `--format ${format} holds ${listed(kinds)}, got --kind ${given}`)
}

/** `a, b or c`. */
export function listed(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ')
}
