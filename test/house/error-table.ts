/** docs/errors.md against the two tables of the source it describes. */

/** One row of the page. */
export interface ErrorRow {
  readonly code: string
  readonly again: string
  readonly applied: string
  readonly exit: string
  readonly meaning: string
  readonly advice: string
}

/** The rows of all tables of the page, in order. */
export function errorRows(page: string): readonly ErrorRow[] {
  const lines = page.split('\n').filter((line) => /^\| *[A-Z]\w+ *\|/.test(line))
  return lines.map((line) => {
    const [code = '', again = '', applied = '', exit = '', meaning = '', advice = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
    return { code, again, applied, exit, meaning, advice }
  })
}
