/** What a `<pre>` may hold beside text. */
import type { Node } from '../tree/index.ts'

/** Whether one code element follows another: the same example in several languages, each on lines of its own. */
export function areCodes(before: Node | null, after: Node): boolean {
  return [before, after].every((node) => node !== null && typeof node !== 'string' && node.name === 'code')
}
