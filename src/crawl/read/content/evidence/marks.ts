/** What the body of a page says about itself by its markup: microdata, rel=author, times, bylines, headings. */
import { collapse } from '../../html/index.ts'
import type { PageElement } from '../tree/index.ts'

/** Marks kept of each kind; a page of listings has thousands. */
export const MARKS_MAX = 20

/** A longer text is no name and no date. */
const SHORT_CHARS_MAX = 200

/** Texts as they stand, white space collapsed, in document order. */
export interface Marks {
  readonly headlines: readonly string[]
  /** Texts of h1 elements. */
  readonly headings: readonly string[]
  /** Names marked by itemprop=author. */
  readonly authors: readonly string[]
  /** Names marked by rel=author, then texts of elements called byline or author. */
  readonly bylines: readonly string[]
  readonly published: readonly string[]
  readonly modified: readonly string[]
  /** Dates of `<time>` elements in an article's head, or called published. */
  readonly times: readonly string[]
  readonly images: readonly string[]
}

type Collected = { readonly [Name in keyof Marks]: string[] }

/** Reads the marks in one walk. */
export function readMarks(root: PageElement): Marks {
  const marks: Collected = {
    headlines: [],
    headings: [],
    authors: [],
    bylines: [],
    published: [],
    modified: [],
    times: [],
    images: [],
  }
  readInto(root, marks, false)
  return marks
}

function readInto(element: PageElement, marks: Collected, isInHead: boolean): void {
  for (const child of element.children) {
    if (typeof child === 'string' || ASIDE.has(child.name)) continue
    if (child.attributes.size > 0 || child.name === 'h1') readOne(child, marks, isInHead)
    readInto(child, marks, isInHead || child.name === 'header' || child.name === 'h1')
  }
}

/** What they hold is about something else. */
const ASIDE: ReadonlySet<string> = new Set(['nav', 'footer', 'aside', 'template', 'noscript', 'svg'])

function readOne(element: PageElement, marks: Collected, isInHead: boolean): void {
  const { name, attributes } = element
  const itemprop = attributes.get('itemprop')
  if (itemprop !== undefined) readItemprop(element, itemprop.split(/\s+/), marks)
  if (name === 'h1') add(marks.headings, shortText(element))
  else if (name === 'time') readTime(element, marks, isInHead)
  else if (name === 'a' && /\bauthor\b/.test(attributes.get('rel') ?? ''))
    add(marks.bylines, shortText(element))
  else if (isByline(element)) add(marks.bylines, shortText(element))
}

function readItemprop(element: PageElement, names: readonly string[], marks: Collected): void {
  if (names.includes('headline')) add(marks.headlines, shortText(element))
  if (names.includes('author')) add(marks.authors, nameOf(element))
  if (names.includes('datePublished')) add(marks.published, dateOf(element))
  if (names.includes('dateModified')) add(marks.modified, dateOf(element))
  if (names.includes('image'))
    add(marks.images, element.attribute('content') || element.attribute('src') || element.attribute('href'))
}

function readTime(time: PageElement, marks: Collected, isInHead: boolean): void {
  const isPublished =
    /publish|posted|entry-date|pubdate/i.test(time.attribute('class')) || time.attributes.has('pubdate')
  if (isInHead || isPublished) add(marks.times, time.attribute('datetime'))
}

function isByline(element: PageElement): boolean {
  const className = element.attribute('class')
  return className !== '' && /(?:^|[\s_-])(?:byline|by-line|author|author-name)(?:$|[\s_-])/i.test(className)
}

/** An author's name stands in a nested itemprop=name, in `content`, or is the text. */
function nameOf(author: PageElement): string {
  return nested(author, 'name') ?? (author.attribute('content') || shortText(author))
}

function nested(element: PageElement, itemprop: string): string | undefined {
  for (const child of element.children) {
    if (typeof child === 'string') continue
    if (child.attribute('itemprop') === itemprop) return child.attribute('content') || shortText(child)
    const found = nested(child, itemprop)
    if (found !== undefined) return found
  }
  return undefined
}

function dateOf(element: PageElement): string {
  return element.attribute('content') || element.attribute('datetime') || shortText(element)
}

function add(list: string[], text: string): void {
  if (text !== '' && list.length < MARKS_MAX) list.push(text)
}

/** The text of an element, '' where it is long. */
function shortText(element: PageElement): string {
  const text = collapse(textUpTo(element, SHORT_CHARS_MAX * 4))
  return text.length <= SHORT_CHARS_MAX ? text : ''
}

function textUpTo(element: PageElement, most: number): string {
  let text = ''
  for (const child of element.children) {
    if (text.length > most) return text
    text += typeof child === 'string' ? child : textUpTo(child, most - text.length)
    if (typeof child !== 'string' && child.isBlock) text += ' '
  }
  return text
}
