/**
 * The place in a text to show for a question. Words are told apart about as the index does it (its unicode61 tokenizer,
 * sqlite.org/fts5.html section 4.3.1): letters and digits, without case and accents.
 */
import type { Asked } from './match-expression.ts'

/** What stands before and after each found word in a snippet. */
export type Marks = readonly [before: string, after: string]

/** What is looked for: the words that follow each other, and whether the last may go on. */
export interface Place {
  readonly words: readonly string[]
  readonly isBeginning: boolean
}

/** How a snippet is made. */
export interface SnippetOptions {
  readonly places: readonly Place[]
  readonly marks: Marks
  /** Whether the text begins where its document does. */
  readonly isStart: boolean
}

const WORDS_SHOWN = 24
/** Words before the first that was found. */
const WORDS_BEFORE = 4
const BEGINNING_CHARS = 200

const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu

interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
}

interface Found {
  readonly place: number
  readonly first: number
  readonly last: number
}

/** A question as places to look for. */
export function placesOf(asked: readonly Asked[]): readonly Place[] {
  const places = asked.map(({ words, isBeginning }) => ({
    words: wordsOf(words).map(({ text }) => text),
    isBeginning,
  }))
  return places.filter(({ words }) => words.length > 0)
}

/** The best place in a text, with what was found marked; undefined when nothing of it is there. */
export function snippetOf(text: string, { places, marks, isStart }: SnippetOptions): string | undefined {
  const words = wordsOf(text)
  const found = words.flatMap((_, at) => findAt(words, at, places))
  const best = bestOf(found)
  if (best === undefined) return undefined
  const first = Math.max(0, Math.min(best - WORDS_BEFORE, words.length - WORDS_SHOWN))
  const last = Math.min(words.length, first + WORDS_SHOWN) - 1
  const shown = found.filter((one) => one.first >= first && one.last <= last)
  const from = first === 0 ? 0 : (words[first]?.from ?? 0)
  const to = last === words.length - 1 ? text.length : (words[last]?.to ?? text.length)
  const body = mark(text, words, { shown, marks, from, to })
  return `${first === 0 && isStart ? '' : '…'}${body}${last === words.length - 1 ? '' : '…'}`
}

/** What is shown where nothing is found: the words stand elsewhere, or only the index told them apart. */
export function beginningOf(text: string): string {
  return text.length <= BEGINNING_CHARS ? text : `${text.slice(0, BEGINNING_CHARS)}…`
}

function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(WORD)].map((match) => ({
    text: plain(match[0]),
    from: match.index,
    to: match.index + match[0].length,
  }))
}

function plain(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** The longest of what is asked for that begins at a word. */
function findAt(words: readonly Word[], at: number, places: readonly Place[]): readonly Found[] {
  let longest: Found | undefined
  for (const [place, wanted] of places.entries()) {
    const last = at + wanted.words.length - 1
    if (isThere(words, at, wanted) && last > (longest?.last ?? -1)) longest = { place, first: at, last }
  }
  return longest === undefined ? [] : [longest]
}

function isThere(words: readonly Word[], at: number, { words: wanted, isBeginning }: Place): boolean {
  return wanted.every((word, index) => {
    const text = words[at + index]?.text
    const isLast = index === wanted.length - 1
    return isBeginning && isLast ? text?.startsWith(word) === true : text === word
  })
}

/** The word at which the place begins that has most of what was asked for, and of these the first. */
function bestOf(found: readonly Found[]): number | undefined {
  let best: { readonly at: number; readonly kinds: number } | undefined
  for (const [index, { first }] of found.entries()) {
    const near = found.slice(index, index + WORDS_SHOWN).filter(({ last }) => last < first + WORDS_SHOWN)
    const kinds = new Set(near.map(({ place }) => place)).size
    if (kinds > (best?.kinds ?? 0)) best = { at: first, kinds }
  }
  return best?.at
}

interface Shown {
  readonly shown: readonly Found[]
  readonly marks: Marks
  readonly from: number
  readonly to: number
}

/** What overlaps what is marked already is passed over. */
function mark(text: string, words: readonly Word[], { shown, marks, from, to }: Shown): string {
  const [before, after] = marks
  let made = ''
  let done = from
  for (const { first, last } of shown) {
    const [start, end] = [words[first]?.from ?? done, words[last]?.to ?? done]
    if (start < done) continue
    made += `${text.slice(done, start)}${before}${text.slice(start, end)}${after}`
    done = end
  }
  return made + text.slice(done, to)
}
