/** Text from the web on its way to a terminal: whatever could move the cursor, colour or reorder is taken out. */
import { stripVTControlCharacters } from 'node:util'

// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/** Marks and overrides of writing direction: they can make a line read as another (Unicode TR 36). */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/g

/** The text without terminal escapes, control characters and direction overrides; tab and newline stay. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, '').replace(DIRECTION, '').toWellFormed()
}

/** As `plainText`, on one line, at most `charsMax` long. */
export function plainLine(text: string, charsMax: number = 200): string {
  const line = plainText(text).replace(/\s+/g, ' ').trim()
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1)}…`
}
