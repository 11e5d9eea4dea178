/** What somebody probably meant to write. */

/** The known name that is fewest edits away, if it is near: two edits, or one of a short word. Case does not count. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const wanted = plain(written)
  const ranked = known
    .map((name) => ({ name, edits: editsBetween(wanted, plain(name)) }))
    .sort((a, b) => a.edits - b.edits)
  const [best] = ranked
  const editsMax = wanted.length < 4 ? 1 : 2
  return best !== undefined && best.edits <= editsMax ? best.name : undefined
}

/** `max-pages`, `max_pages` and `maxPages` are one name written in three manners. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}

/** Levenshtein's distance, by rows. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of a.split('').entries()) {
    const next = [index + 1]
    for (const [column, other] of b.split('').entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
