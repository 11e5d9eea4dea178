/** Rows in columns for a terminal. */

/** A header and rows, columns as wide as their widest cell, numbers to the right. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map(layOut(header, rows)).join('\n')
}

/** Renders rows in columns that fit the header and the rows given; a wider cell that comes later sticks out. */
export function layOut(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): (cells: readonly string[]) => string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const isNumeric = header.map((_, column) => rows.every((row) => /^-?[\d.]*$/.test(row[column] ?? '')))
  return (cells) =>
    cells
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
}
