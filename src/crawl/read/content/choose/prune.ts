/** What within the content of an article is not part of its text: links to other articles, labels, the headline again. */
import { collapse } from '../../html/index.ts'
import type { PageElement } from '../tree/index.ts'
import type { Choice } from './choose-content.ts'

/** What the rules need to know of the page. */
export interface ArticlePage {
  /** The host of the page without "www.", '' where it is unknown. */
  readonly host: string
  /** Headline and description: texts that are kept apart from the body. */
  readonly apart: readonly string[]
}

/** A block of which at least this share is links to the same site leads elsewhere. */
const LINK_SHARE = 0.9

/** A longer block is not a label. */
const LABEL_CHARS_MAX = 80

const LEADS_ELSEWHERE =
  /^[^\p{L}]*(?:related|read (?:more|next|also|our)|see (?:also|more)|also(?: read| see|:)|more(?: from| on| in|:)|watch|don.?t miss|click here|sign up|subscribe|follow (?:us|me|him|her)|you (?:may|might) (?:also )?(?:like|enjoy)|recommended|up next|listen|lesen sie|mehr (?:zum|zu)|lire aussi|à lire|lee también|leia (?:também|mais)|leggi anche|lees ook|baca juga|читайте также)/iu

const LABEL =
  /^[^\p{L}]*(?:advert(?:isement|ising|s)?|anzeige|publicidad|publicidade|publicité|реклама|story continues below.{0,20}|continue reading.{0,30}|related (?:stories|articles|posts|news|content|topics|links|coverage).{0,20}|read more|trending (?:news|now|stories)|loading.{0,10}|share this.{0,20}|comments|source ?:.{0,40}|this slideshow requires javascript|\[?show comments\]?|photo credits?.{0,40})[^\p{L}]*$/iu

/** Adds to what is dropped of an article's content. */
export function prune(choice: Choice, page: ArticlePage): void {
  const { top, dropped } = choice
  const apart = new Set(page.apart.map(fold).filter((text) => text !== ''))
  const visit = (element: PageElement): void => {
    for (const child of element.children) {
      if (typeof child === 'string' || dropped.has(child)) continue
      if (child.isBlock && isApart(child, dropped, { host: page.host, apart })) dropped.add(child)
      else visit(child)
    }
    dropLabels(element, dropped)
  }
  visit(top)
}

/** Adds to what is dropped of a page that is no article: lines of links that lead about the site, and marks to link to. */
export function pruneWays(choice: Choice): void {
  const visit = (element: PageElement): void => {
    for (const child of element.children) {
      if (typeof child === 'string' || choice.dropped.has(child)) continue
      if (isWay(child, choice.dropped)) choice.dropped.add(child)
      else visit(child)
    }
  }
  visit(choice.top)
}

/** "Home > Manual > Modules", "Available languages: en | fr": links parted by signs, with a label at most. */
const WAY_LABEL_CHARS_MAX = 25

function isWay(element: PageElement, dropped: ReadonlySet<PageElement>): boolean {
  if ((element.name !== 'p' && element.name !== 'div') || element.figures.linkChars === 0) return false
  if (element.figures.chars - element.figures.linkChars > WAY_LABEL_CHARS_MAX * 3) return false
  const between: string[] = []
  const isFlat = collectBetween(element, dropped, between)
  const [label = '', ...signs] = between.map((text) => text.trim())
  if (!isFlat || signs.length < 2 || label.length > WAY_LABEL_CHARS_MAX) return false
  const inner = signs.slice(0, -1)
  return inner.every((text) => /^[|>»›·•/:\\–—-]*$/.test(text)) && inner.some((text) => text !== '')
}

/** The texts before, between and after the links of an element; false where it holds anything but text and links. */
function collectBetween(element: PageElement, dropped: ReadonlySet<PageElement>, between: string[]): boolean {
  if (between.length === 0) between.push('')
  return element.children.every((child) => {
    if (typeof child === 'string') between[between.length - 1] += child
    else if (dropped.has(child)) return true
    else if (child.name === 'a') between.push('')
    else return (child.name === 'span' || child.name === 'p') && collectBetween(child, dropped, between)
    return true
  })
}

interface Page {
  readonly host: string
  readonly apart: ReadonlySet<string>
}

function isApart(element: PageElement, dropped: ReadonlySet<PageElement>, page: Page): boolean {
  const { chars, linkChars } = element.figures
  if (chars === 0 || element.name === 'pre') return false
  const isHeading = /^h[1-6]$/.test(element.name)
  if (isHeading && page.apart.has(fold(textOf(element, dropped)))) return true
  if (linkChars >= chars * LINK_SHARE && leadsToSameSite(element, dropped, page.host)) return true
  if (chars > 400) return false
  const text = collapse(textOf(element, dropped))
  if (chars <= LABEL_CHARS_MAX && LABEL.test(text)) return true
  if (linkChars >= chars * 0.5 && LEADS_ELSEWHERE.test(text)) return true
  return false
}

/** A label whose list was dropped goes with it. */
function dropLabels(element: PageElement, dropped: Set<PageElement>): void {
  let label: PageElement | null = null
  for (const child of element.children) {
    if (typeof child === 'string') {
      if (child.trim() !== '') label = null
      continue
    }
    if (child.figures.chars === 0) continue
    if (!dropped.has(child)) {
      label = isLabel(child, dropped) ? child : null
      continue
    }
    if (label !== null && child.figures.chars > 0) dropped.add(label)
    label = null
  }
}

function isLabel(element: PageElement, dropped: ReadonlySet<PageElement>): boolean {
  if (element.figures.chars > LABEL_CHARS_MAX || !element.isBlock) return false
  const text = collapse(textOf(element, dropped))
  return LEADS_ELSEWHERE.test(text) || LABEL.test(text)
}

function leadsToSameSite(element: PageElement, dropped: ReadonlySet<PageElement>, host: string): boolean {
  if (element.name === 'a' && element.attributes.has('href'))
    return isSameSite(element.attribute('href'), host)
  return element.children.every(
    (child) =>
      typeof child === 'string' ||
      dropped.has(child) ||
      child.figures.chars === 0 ||
      leadsToSameSite(child, dropped, host),
  )
}

function isSameSite(href: string, host: string): boolean {
  if (href.startsWith('#')) return false
  const [, other] = /^(?:https?:)?\/\/(?:www\.)?([^/?#:]+)/i.exec(href.trim()) ?? []
  if (other === undefined) return !/^[a-z]+:/i.test(href)
  const lower = other.toLowerCase()
  return lower === host || lower.endsWith(`.${host}`) || host.endsWith(`.${lower}`)
}

function textOf(element: PageElement, dropped: ReadonlySet<PageElement>): string {
  let text = ''
  for (const child of element.children) {
    if (typeof child === 'string') text += child
    else if (!dropped.has(child)) text += textOf(child, dropped)
  }
  return text
}

/** Letters and digits alone, so that quotes and dashes of another style make no difference. */
function fold(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
