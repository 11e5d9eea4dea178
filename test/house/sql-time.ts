/**
 * SQL that asks the database for the time or for chance. Time is a parameter: a hand-moved clock then moves everything,
 * and two machines never disagree; ids and jitter are made by Millrace, so that a repeated unit is the same unit.
 */
import { lineAt } from './literals.ts'
import { isForTests, type Source } from './sources.ts'

const ASKS =
  /\b(?:now|random|randomblob|gen_random_uuid|clock_timestamp|unixepoch|julianday|strftime)\s*\(|\b(?:date|time|datetime)\s*\(\s*'now'|\bCURRENT_(?:TIMESTAMP|DATE|TIME)\b/gi

/** What asks, one line each; only strings and templates are looked at. */
export function askingSql(sources: readonly Source[]): readonly string[] {
  return sources
    .filter((source) => !isForTests(source))
    .flatMap(({ path, text, spans }) =>
      spans
        .filter(({ kind }) => kind === 'string' || kind === 'template')
        .flatMap(({ start, end }) =>
          [...text.slice(start, end).matchAll(ASKS)].map(
            (found) => `${path}:${lineAt(text, start + found.index)} ${found[0]}`,
          ),
        ),
    )
}
