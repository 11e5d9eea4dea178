/** A wildcard match that is linear in practice and can not be made to backtrack, as a regular expression from a user's pattern can. */

/** Whether a text matches. */
export type Match = (text: string) => boolean

/** Where a pattern is held to the text's ends. */
export interface Anchors {
  readonly start: boolean
  readonly end: boolean
}

/** Compiles a pattern in which `*` stands for any run of characters, none included, and all else for itself. */
export function compileGlob(pattern: string, anchors: Anchors): Match {
  const pieces = pattern.split('*')
  const [only = ''] = pieces
  if (pieces.length === 1 && anchors.start && anchors.end) return (text) => text === only
  const head = anchors.start ? (pieces.shift() ?? '') : ''
  const tail = anchors.end ? (pieces.pop() ?? '') : ''
  return (text) => text.startsWith(head) && holdsInOrder(text, { from: head.length, pieces, tail })
}

interface Rest {
  readonly from: number
  readonly pieces: readonly string[]
  readonly tail: string
}

/** Taking each piece at its first place is enough: any other choice leaves less room for the pieces after it. */
function holdsInOrder(text: string, { from, pieces, tail }: Rest): boolean {
  let at = from
  for (const piece of pieces) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - tail.length >= at && text.endsWith(tail)
}
