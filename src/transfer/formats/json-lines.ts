/** JSON Lines: the format that loses nothing. */

/**
 * One JSON object a line, each ended by a newline. Well-formed UTF-8 whatever the text holds: JSON.stringify escapes
 * NUL, control characters and lone surrogates.
 */
export async function* jsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield jsonLine(row)
}

/** One such line. */
export function jsonLine(row: object): string {
  return `${JSON.stringify(row)}\n`
}
