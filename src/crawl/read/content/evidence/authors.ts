/** Author names out of what pages put where names belong: "By Ann and Bob", addresses of profiles, the same name twice. */
import type { Marks } from './marks.ts'
import { plainText } from './plain-text.ts'

/** Authors kept of one page. */
export const AUTHORS_MAX = 100

const NAME_CHARS_MAX = 80

const BY = /^(?:written by|story by|posted by|by|von|por|par|di|door|av|af|od|oleh|от|автор)[:\s]+/i

/** Several names in one text: parted by "and" or a comma, each of two to four words that begin like names. */
const NAME =
  /^\p{Lu}[\p{L}'’.-]*(?: (?:\p{Lu}[\p{L}'’.-]*|de|da|di|del|la|le|van|von|der|den|bin|al|el)){1,4}$/u

/** `declared`: names from JSON-LD and metas. Bylines that readers see count only where nothing is declared. */
export function authorsOf(declared: readonly string[], marks: Marks): string[] {
  for (const texts of [declared, marks.authors]) {
    const names = cleaned(texts)
    if (names.length > 0) return names
  }
  const bylines = marks.bylines.map(plainText)
  const saysBy = bylines.filter((text) => BY.test(text))
  return cleaned((saysBy.length > 0 ? saysBy : bylines).slice(0, 1)).filter((name) => NAME.test(name))
}

function cleaned(texts: readonly string[]): string[] {
  const names = texts
    .map((text) => plainText(text).replace(BY, ''))
    .flatMap(split)
    .filter((name) => name !== '' && name.length <= NAME_CHARS_MAX && !/^https?:|^@|^www\./i.test(name))
  const unique = new Map(names.map((name) => [name.toLowerCase(), name]))
  return [...unique.values()].slice(0, AUTHORS_MAX)
}

function split(text: string): string[] {
  const parts = text.split(/\s*(?:,|;|&| and | und | y | et | e )\s*/)
  return parts.length > 1 && parts.every((part) => NAME.test(part)) ? parts : [text.trim()]
}
