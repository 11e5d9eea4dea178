/** The inline content of one block as it grows: text, code, links, emphasis and line breaks. */
import { codeSpan, escapeInline } from './escape.ts'

/** Text between emphasis marks; whether the marks can stand is known only once its neighbours are. */
interface Emphasis {
  readonly mark: string
  readonly inner: string
}

const SPACE = /[\t\n\f\r ]+/g
const PUNCTUATION = /[\p{P}\p{S}]/u

/** Collects pieces in order. A line break is "\n" in what it gives. */
export class InlineRun {
  readonly #pieces: (string | Emphasis)[] = []

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
    if (trimmed === '') this.#pieces.push(' ')
    else this.#spaced(code, codeSpan(trimmed))
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

  /** The run as markdown: white space collapsed and none at the ends. */
  finish(): string {
    let out = ''
    let isAfterMark = false
    for (const [index, piece] of this.#pieces.entries()) {
      if (typeof piece === 'string') {
        out = join(out, piece)
        if (piece !== '') isAfterMark = false
        continue
      }
      const stands: boolean = !isAfterMark && flanks(out.at(-1) ?? ' ', piece.inner, this.#charAfter(index))
      out += stands ? `${piece.mark}${piece.inner}${piece.mark}` : piece.inner
      isAfterMark = stands
    }
    return out.replace(/ *\n */g, '\n').trim()
  }

  #charAfter(index: number): string {
    for (let next = index + 1; next < this.#pieces.length && next < index + 4; next++) {
      const piece = this.#pieces[next] ?? ''
      if (piece !== '') return typeof piece === 'string' ? (piece[0] ?? ' ') : piece.inner.charAt(0)
    }
    return ' '
  }

  /** White space at the ends of an element belongs outside of its marks. */
  #spaced(whole: string, piece: string | Emphasis): void {
    if (/^\s/.test(whole)) this.#pieces.push(' ')
    this.#pieces.push(piece)
    if (/\s$/.test(whole)) this.#pieces.push(' ')
  }
}

function join(out: string, piece: string): string {
  const last = out.charCodeAt(out.length - 1)
  return (last === 0x20 || last === 0x0a || out === '') && piece.startsWith(' ')
    ? out + piece.slice(1)
    : out + piece
}

/** CommonMark's rule on what may stand beside marks for them to be marks (section 6.2), for both ends. */
function flanks(before: string, inner: string, after: string): boolean {
  const opens = !PUNCTUATION.test(inner.charAt(0)) || !/[^\s\p{P}\p{S}]/u.test(before)
  const closes = !PUNCTUATION.test(inner.at(-1) ?? '') || !/[^\s\p{P}\p{S}]/u.test(after)
  return opens && closes
}
