/** The first look at a collection: whether it can be read, and its newest change, before anything of it is read. */
import type { Json } from '../../../model/index.ts'
import type { Command } from '../../../store/index.ts'
import { ask, asked, isSiteTime } from '../api/index.ts'
import { readAsSite } from '../fallback/index.ts'
import { dropProof, keepNote } from '../rows/index.ts'
import { goOn, type ChainInput, type Visit } from '../step.ts'
import { cursorAt, latestMark } from '../walk/index.ts'

/** A mark before every change. */
const NEVER = '1970-01-02T00:00:00'

/**
 * Looks. A collection that visitors may not read is left out, and noted; where that is the posts themselves, the site is
 * read without its API.
 */
export async function look(visit: Visit<ChainInput>): Promise<readonly Command[]> {
  const { tools, input, context } = visit
  const { url, name } = input.collection
  const params = { per_page: 1, orderby: 'modified', order: 'desc', _fields: 'id,modified' }
  const answer = await ask(tools, asked(url, params), context)
  if (answer.problem !== null) {
    const note = `${name} can not be read: ${answer.problem}`
    const leave = [dropProof({ run: tools.run, collection: url }), keepNote({ run: tools.run, note })]
    return name === 'posts' ? [...leave, ...(await readAsSite(visit, new URL('/', url).href, note))] : leave
  }
  const [newest] = Array.isArray(answer.json) ? (answer.json as readonly Json[]) : []
  const modified = (newest as Readonly<Record<string, Json>> | undefined)?.['modified']
  const latest = latestMark(visit)
  const newestChange = isSiteTime(modified) && modified > NEVER ? modified : NEVER
  const mark = newestChange < latest ? newestChange : latest
  return goOn(visit, 'walk', { cursor: cursorAt('date', null), mark })
}
