/** How many words a text has, as an editor counts them. */

/** Counts runs of letters and digits between white space; each Han character or kana is a word, as word processors do it. */
export function countWords(text: string): number {
  let words = 0
  let isInWord = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isSpace(code)) isInWord = false
    else if (isIdeograph(code)) {
      words += 1
      isInWord = false
    } else if (!isInWord && isWordCharacter(code)) {
      words += 1
      isInWord = true
    }
  }
  return words
}

function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 0x09 && code <= 0x0d) ||
    code === 0xa0 ||
    code === 0x3000 ||
    (code >= 0x2000 && code <= 0x200a)
  )
}

function isIdeograph(code: number): boolean {
  return (
    code >= 0x3040 &&
    ((code >= 0x4e00 && code <= 0x9fff) || code <= 0x30ff || (code >= 0x3400 && code <= 0x4dbf))
  )
}

function isWordCharacter(code: number): boolean {
  if (code < 0x80)
    return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
  // Beyond ASCII nearly all is letters, save the blocks of punctuation and symbols.
  return !(
    code < 0xc0 ||
    (code >= 0x2000 && code <= 0x2bff) ||
    (code >= 0x3000 && code <= 0x303f) ||
    (code >= 0xff00 && code <= 0xff0f) ||
    code >= 0xfff0
  )
}
