/**
 * The visible text of a page as a reader would copy it: one line a block, cells parted by tabs, white space collapsed
 * except where the page asks to keep it. It is fed as the markup streams by and holds no tree.
 */

/** Characters (UTF-16 units) of text kept of one page; the rest is cut. */
export const TEXT_CHARS_MAX = 10 * 1024 * 1024

/** Line ends owed between two pieces of text: none, a new line, or a blank line. */
export type Gap = 0 | 1 | 2

/** Collects text and breaks in document order. Ask for the result once, at the end. */
export class PageText {
  readonly #verbatim: boolean
  #written = ''
  #run = ''
  #gap: Gap = 0
  #tabOwed = false
  /** Where the text of the current table row begins, or -1 outside of rows. */
  #rowStart = -1
  #preformatted = 0

  /** `verbatim`: preformatted text keeps its blank lines too, instead of at most one in a row. */
  constructor(verbatim = false) {
    this.#verbatim = verbatim
  }

  /** Adds inline text, white space as it stands in the markup. */
  add(piece: string): void {
    if (this.#written.length + this.#run.length < TEXT_CHARS_MAX) this.#run += piece
  }

  /** A block begins or ends here. */
  breakBlock(gap: Gap): void {
    this.#flush()
    // A block that opens a cell stays on the line of its row.
    if (!this.#tabOwed && gap > this.#gap) this.#gap = gap
  }

  /** `<br>`: two in a row make a blank line. */
  breakLine(): void {
    if (this.#preformatted > 0) {
      this.add('\n')
      return
    }
    this.#flush()
    this.#gap = this.#gap === 0 ? 1 : 2
  }

  /** A table row begins. */
  openRow(): void {
    this.#endRow()
    this.#rowStart = this.#written.length
  }

  /** A table row or the table ends. */
  closeRow(): void {
    this.#endRow()
    this.#rowStart = -1
  }

  /** A table cell begins: a tab parts it from the text of its row, even after a block. */
  openCell(): void {
    this.#flush()
    if (this.#rowStart < 0 || this.#written.length === this.#rowStart) return
    this.#gap = 0
    this.#tabOwed = true
  }

  /** `<pre>` or `<textarea>`: line breaks and indentation are kept until the matching close. */
  openPreformatted(): void {
    this.breakBlock(2)
    this.#preformatted += 1
  }

  closePreformatted(): void {
    this.breakBlock(2)
    if (this.#preformatted > 0) this.#preformatted -= 1
  }

  /** The text so far: no blank line at either end, never two blank lines in a row. */
  finish(): string {
    this.#flush()
    const cut = this.#written.slice(0, TEXT_CHARS_MAX)
    // A pair of surrogates split by the cut would leave half a character.
    return cut.length < this.#written.length && !cut.isWellFormed() ? cut.slice(0, -1) : cut
  }

  #endRow(): void {
    this.#flush()
    this.#tabOwed = false
    if (this.#gap === 0) this.#gap = 1
  }

  #flush(): void {
    if (this.#run === '') return
    const text = this.#preformatted > 0 ? tidy(this.#run, this.#verbatim) : collapse(this.#run)
    this.#run = ''
    if (text === '') return
    const separator = this.#gap > 0 ? '\n'.repeat(this.#gap) : this.#tabOwed ? '\t' : ''
    this.#written += this.#written === '' ? text : separator + text
    this.#gap = 0
    this.#tabOwed = false
  }
}

/** Runs of HTML white space as one space and none at the ends, where U+00A0 goes too: `<p>&nbsp;</p>` is a blank line. */
export function collapse(text: string): string {
  // Lone spaces, the common case, are not matched: replacing each by itself costs a sixth of the page's time.
  return text.replace(/[\t\n\f\r][\t\n\f\r ]*| [\t\n\f\r ]+/g, ' ').trim()
}

function tidy(text: string, verbatim: boolean): string {
  const lines = text
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd()
  return verbatim ? lines : lines.replace(/\n(?:[^\S\n]*\n){2,}/g, '\n\n')
}
