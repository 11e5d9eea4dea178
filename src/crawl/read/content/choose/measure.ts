/** How much text each element of a page holds, and how much of it reads like prose, bottom up in one pass. */
import type { Figures, PageElement } from '../tree/index.ts'
import { bodyWeight, NAMED_BODY } from './body-names.ts'

/** A block with less text than this is a label, a date or a button rather than a paragraph. */
export const PARAGRAPH_CHARS_MIN = 40

/** Han, kana and Hangul say in one character what Latin says in about three. */
const CJK_WEIGHT = 3

/** A paragraph of which more than this share is links is a list of links. */
const LINK_SHARE_MAX = 0.5

/** The inline text of a paragraph, or of the part of one that an inline element holds. */
interface Run {
  chars: number
  linkChars: number
}

/** Fills in the figures of the element and of all below it, leaving out what was dropped. */
export function measure(element: PageElement, dropped: ReadonlySet<PageElement>): void {
  const run = measureInto(element, dropped, 1, element.name === 'a')
  element.figures.prose += proseOf(run)
}

/** Returns the inline text that belongs to the paragraph the element stands in, or makes up by itself. */
function measureInto(
  element: PageElement,
  dropped: ReadonlySet<PageElement>,
  weight: number,
  inLink: boolean,
): Run {
  const run: Run = { chars: 0, linkChars: 0 }
  const { figures } = element
  figures.chars = figures.linkChars = figures.prose = figures.weighted = figures.named = 0
  const own = bodyWeight(element)
  const most = Math.max(weight, own)
  for (const child of element.children) {
    if (typeof child === 'string') addText(run, figures, weigh(child), inLink)
    else if (!dropped.has(child)) {
      const inner = measureInto(child, dropped, most, inLink || isLink(child))
      if (child.isBlock) addProse(child.figures, inner, Math.max(most, bodyWeight(child)))
      else addRun(run, inner)
      addFigures(figures, child.figures)
    }
  }
  if (own >= NAMED_BODY) figures.named = figures.prose
  return run
}

function addText(run: Run, figures: Figures, chars: number, inLink: boolean): void {
  run.chars += chars
  figures.chars += chars
  if (!inLink) return
  run.linkChars += chars
  figures.linkChars += chars
}

function addProse(figures: Figures, run: Run, weight: number): void {
  const prose = proseOf(run)
  figures.prose += prose
  figures.weighted += prose * weight
}

function addRun(run: Run, inner: Run): void {
  run.chars += inner.chars
  run.linkChars += inner.linkChars
}

function addFigures(figures: Figures, inner: Figures): void {
  figures.chars += inner.chars
  figures.linkChars += inner.linkChars
  figures.prose += inner.prose
  figures.weighted += inner.weighted
  figures.named = Math.max(figures.named, inner.named)
}

function isLink(element: PageElement): boolean {
  return element.name === 'a' && element.attributes.has('href')
}

function proseOf({ chars, linkChars }: Run): number {
  return chars < PARAGRAPH_CHARS_MIN || linkChars > chars * LINK_SHARE_MAX ? 0 : chars - linkChars
}

const CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/

/** Characters that are not white space at the ends, runs of it inside counted roughly: exactness would cost a copy. */
export function weigh(text: string): number {
  const trimmed = text.trim()
  if (trimmed === '') return 0
  return CJK.test(trimmed) ? trimmed.length * CJK_WEIGHT : trimmed.length
}
