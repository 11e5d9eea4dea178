/** The inline content of one block as it grows: text, code, links, emphasis and line breaks. */
import { codeSpan, escapeInline } from './escape.ts'

/** Text between emphasis marks; whether the marks can stand is known only once its neighbours are. */
interface Emphasis {
  readonly mark: string
  readonly inner: string
}

/** Code that a span is made of; spans side by side would be read as one fence, so they are one. */
interface Code {
  readonly code: string
}

type Piece = string | Emphasis | Code

const SPACE = /[\t\n\f\r ]+/g
const PUNCTUATION = /[\p{P}\p{S}]/u

/** Collects pieces in order. A line break is "\n" in what it gives. */
export class InlineRun {
  readonly #pieces: Piece[] = []

  /** Text as it stands in the markup. */
  text(text: string): void {
    this.#pieces.push(escapeInline(text.replace(SPACE, ' ')))
  }

  /** `<br>`. */
  break(): void {
    this.#pieces.push('\n')
  }

  /** The text of a code element as it stands in the markup. */
  code(text: string): void {
    const code = text.replace(SPACE, ' ')
    const trimmed = code.trim()
    const before = this.#pieces.at(-1)
    if (trimmed === '') this.#pieces.push(' ')
    else if (isCode(before) && !code.startsWith(' ')) {
      this.#pieces.pop()
      this.#spaced(code, { code: before.code + trimmed })
    } else this.#spaced(code, { code: trimmed })
  }

  /** Markdown that stands for itself: a link, an image. */
  raw(markdown: string): void {
    this.#pieces.push(markdown)
  }

  /** Text, in markdown already, that is to stand between marks. */
  emphasis(mark: string, inner: string): void {
    const trimmed = inner.trim()
    if (trimmed === '' || trimmed.includes('\n')) this.#pieces.push(inner)
    else this.#spaced(inner, { mark, inner: trimmed })
  }

  /** The run as markdown, white space collapsed: none at the ends, or one space there where `keepsEnds`. */
  finish(keepsEnds = false): string {
    const parts: string[] = []
    // The end is kept apart: asking the growing text for it would copy the text each time.
    let last = ''
    let isAfterMark = false
    for (const [index, piece] of this.#pieces.entries()) {
      let part: string
      if (typeof piece === 'string' || isCode(piece)) {
        part = join(parts, last, isCode(piece) ? codeSpan(piece.code) : piece)
        if (piece !== '') isAfterMark = false
      } else {
        const stands: boolean = !isAfterMark && flanks(lastOf(last), piece.inner, this.#charAfter(index))
        part = stands ? `${piece.mark}${piece.inner}${piece.mark}` : piece.inner
        isAfterMark = stands
      }
      if (part === '') continue
      parts.push(part)
      last = part
    }
    const tidy = parts.join('').replace(/ *\n */g, '\n')
    return keepsEnds ? tidy : tidy.trim()
  }

  #charAfter(index: number): string {
    for (let next = index + 1; next < this.#pieces.length && next < index + 4; next++) {
      const piece = this.#pieces[next] ?? ''
      if (isCode(piece)) return '`'
      if (piece !== '') return firstOf(typeof piece === 'string' ? piece : piece.inner)
    }
    return ' '
  }

  /** White space at the ends of an element belongs outside of its marks. */
  #spaced(whole: string, piece: Piece): void {
    if (/^\s/.test(whole)) this.#pieces.push(' ')
    this.#pieces.push(piece)
    if (/\s$/.test(whole)) this.#pieces.push(' ')
  }
}

function isCode(piece: Piece | undefined): piece is Code {
  return typeof piece === 'object' && 'code' in piece
}

/** The piece as it goes on from the part before, which may change for it. */
function join(parts: string[], last: string, piece: string): string {
  const end = last.charCodeAt(last.length - 1)
  if (piece.startsWith(' ') && (end === 0x20 || end === 0x0a)) return piece.slice(1)
  // An exclamation mark before a link would make an image of it.
  if (end === 0x21 && piece.startsWith('[')) parts[parts.length - 1] = `${last.slice(0, -1)}\\!`
  return piece
}

/** CommonMark's rule on what may stand beside marks for them to be marks (section 6.2), for both ends. */
function flanks(before: string, inner: string, after: string): boolean {
  const opens = !PUNCTUATION.test(firstOf(inner)) || !/[^\s\p{P}\p{S}]/u.test(before)
  const closes = !PUNCTUATION.test(lastOf(inner)) || !/[^\s\p{P}\p{S}]/u.test(after)
  return opens && closes
}

function firstOf(text: string): string {
  const code = text.codePointAt(0)
  return code === undefined ? ' ' : String.fromCodePoint(code)
}

function lastOf(text: string): string {
  const last = text.slice(-2)
  return last === ''
    ? ' '
    : last.isWellFormed() && (last.codePointAt(0) ?? 0) > 0xffff
      ? last
      : last.slice(-1)
}
