/** The headline of a page: the same text with and without the name of the site stands in several places. */
import { collapse } from '../../html/index.ts'
import type { PageTree } from '../tree/index.ts'
import type { Marks } from './marks.ts'
import { plainText } from './plain-text.ts'

/** Characters kept of a title. */
export const TITLE_CHARS_MAX = 2000

/** Where a page's title may stand, best first. */
export interface TitleEvidence {
  /** Headlines of JSON-LD. */
  readonly headlines: readonly string[]
  readonly openGraph: readonly string[]
  /** Names of the site. */
  readonly site: readonly string[]
  readonly tree: PageTree
  readonly marks: Marks
}

/** The first headline that is given; else the heading that the title element begins with; else the title element. '' when none. */
export function chooseTitle({ headlines, openGraph, site, tree, marks }: TitleEvidence): string {
  const title = collapse(tree.title ?? '')
  // Themes mark the name of the blog as a headline too; the article's own one stands in the title as well.
  const marked = marks.headlines.filter((text) => title.toLowerCase().includes(text.toLowerCase()))
  const shared = openGraph.map((text) => withoutSite(plainText(text), site))
  const headline = [...headlines, ...marked, ...shared].find((text) => text !== '')
  if (headline !== undefined) return cut(headline)
  const headings = marks.headings.map((text) => text.replace(/\s*[¶#§]$/u, ''))
  const heading = headings.find((text) => text !== '' && title.toLowerCase().includes(text.toLowerCase()))
  return cut(heading ?? (title === '' ? (headings[0] ?? '') : withoutSite(title, site)))
}

/** "Headline - Site" without the site, where the page says what its site is called. */
function withoutSite(title: string, site: readonly string[]): string {
  for (const name of site.map((text) => plainText(text)).filter((text) => text !== '')) {
    if (!title.toLowerCase().endsWith(name.toLowerCase())) continue
    const before = /^(.*\S)\s*[|–—·•:»-]\s*$/s.exec(title.slice(0, title.length - name.length))?.[1]
    if (before !== undefined) return before
  }
  return title
}

function cut(title: string): string {
  const short = title.slice(0, TITLE_CHARS_MAX)
  return short.isWellFormed() ? short : short.slice(0, -1)
}
