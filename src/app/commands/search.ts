/** `search`: words to hits. */
import { search } from '../../search/index.ts'
import type { CommandContext } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { openReader } from '../open-store.ts'
import { printLine, say } from '../print/output.ts'
import { plainLine } from '../print/plain-text.ts'
import { parseCount } from '../quantity.ts'

/** Prints the best hits; returns the exit code. @throws MillraceError Usage, NotFound */
export async function searchCommand(query: string, limit: string, context: CommandContext): Promise<number> {
  const { db, isJson, output } = context
  const count = parseCount(limit, '--limit', 1)
  await using reader = await openReader(db)
  const hits = await search(reader, query, count)
  if (isJson) {
    await printLine(output, JSON.stringify(hits))
    return EXIT.done
  }
  if (hits.length === 0) say(output, `nothing found for ${plainLine(query)}`)
  for (const { url, title, snippet } of hits) {
    await printLine(
      output,
      `${plainLine(title) || '(no title)'}\n  ${plainLine(url)}\n  ${plainLine(snippet, 400)}\n`,
    )
  }
  return EXIT.done
}
