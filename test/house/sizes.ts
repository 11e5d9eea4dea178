/** How large files and folders may be, and what they may not be called. What is ugly is never the average but the tail. */
import { basename } from 'node:path'
import { isForTests, type Source } from './sources.ts'

const LINES_MAX = 400
const ENTRIES_MAX = 12

/** Folders that are too wide today, with their width, which may fall but never rise. */
export const WIDE: Readonly<Record<string, number>> = {}

/** Names that say nothing of what is inside, so that everything ends up inside. */
const EMPTY_NAMES: ReadonlySet<string> = new Set(
  'common core helper helpers lib libs manager misc shared stuff util utils'.split(' '),
)

/** Files of more than 400 lines. */
export function longFiles(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length
    return lines > LINES_MAX ? [`${path} has ${lines} lines`] : []
  })
}

/** Entries by folder of src: its files and folders that are not for tests. */
export function folderWidths(sources: readonly Source[]): ReadonlyMap<string, number> {
  const entries = new Map<string, Set<string>>()
  for (const source of sources) {
    if (isForTests(source)) continue
    const parts = source.path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth] ?? ''))
    }
  }
  return new Map([...entries].map(([folder, names]) => [folder, names.size]))
}

/** Folders wider than allowed, and allowances that are wider than their folder. */
export function wideFolders(
  sources: readonly Source[],
  allowances: Readonly<Record<string, number>> = WIDE,
): readonly string[] {
  const widths = folderWidths(sources)
  const wide = [...widths].filter(([folder, width]) => width > (allowances[folder] ?? ENTRIES_MAX))
  const stale = Object.entries(allowances).filter(([folder, width]) => width > (widths.get(folder) ?? 0))
  return [
    ...wide.map(
      ([folder, width]) => `${folder} has ${width} entries, at most ${allowances[folder] ?? ENTRIES_MAX}`,
    ),
    ...stale.map(
      ([folder]) => `${folder} has ${widths.get(folder) ?? 0} entries: lower its allowance in sizes.ts`,
    ),
  ]
}

/** Files and folders with a name that says nothing. */
export function emptyNames(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path }) => {
    const names = path.split('/').map((name) => basename(name).replace(/\..*$/, ''))
    return names.filter((name) => EMPTY_NAMES.has(name)).map((name) => `${path}: "${name}"`)
  })
}
