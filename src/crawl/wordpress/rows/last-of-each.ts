/** Lists as a site gives them, made fit to be written by one statement. */

/** Of those with one id the last: a site may name one twice in an answer, and one statement may not write a row twice. */
export function lastOfEach<Row extends { readonly wpId: number }>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.wpId, row])).values()]
}
