/** Inline elements into markdown: emphasis, code, links and images; all others are their content. */
import { collapse } from '../../../html/index.ts'
import type { PageElement } from '../../tree/index.ts'
import { codeOf } from './code-block.ts'
import { escapeAddress, escapeInline } from './escape.ts'
import { InlineRun } from './inline-run.ts'
import type { Rendering } from './rendering.ts'

const MARKS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    b: '**',
    strong: '**',
    i: '*',
    em: '*',
    cite: '*',
    dfn: '*',
    del: '~~',
    s: '~~',
    strike: '~~',
  }),
)

const CODE: ReadonlySet<string> = new Set(['code', 'kbd', 'samp', 'tt'])

/** Adds a node to a run. Within a link, or within emphasis, no other of its kind begins. */
export function writeInline(node: PageElement | string, run: InlineRun, rendering: Rendering): void {
  new InlineWriter(rendering).node(node, run)
}

class InlineWriter {
  readonly #rendering: Rendering
  #isInLink = false
  #isInEmphasis = false

  constructor(rendering: Rendering) {
    this.#rendering = rendering
  }

  node(node: PageElement | string, run: InlineRun): void {
    if (typeof node === 'string') run.text(node)
    else if (!this.#rendering.dropped.has(node)) this.#element(node, run)
  }

  #element(element: PageElement, run: InlineRun): void {
    const { name } = element
    const mark = MARKS.get(name)
    if (name === 'br') run.break()
    else if (name === 'img') this.#image(element, run)
    else if (CODE.has(name) && isPlain(element)) run.code(codeOf(element))
    else if (name === 'a' && !this.#isInLink && element.attributes.has('href')) this.#link(element, run)
    else if (mark !== undefined && !this.#isInEmphasis) this.#emphasis(element, mark, run)
    else this.#content(element, run)
  }

  #content(element: PageElement, run: InlineRun): void {
    // Blocks met here stand in a heading or a cell: their texts are kept apart.
    if (element.isBlock) run.text(' ')
    for (const child of element.children) this.node(child, run)
    if (element.isBlock) run.text(' ')
  }

  #inner(element: PageElement): string {
    const run = new InlineRun()
    for (const child of element.children) this.node(child, run)
    return run.finish(true)
  }

  #emphasis(element: PageElement, mark: string, run: InlineRun): void {
    this.#isInEmphasis = true
    const inner = this.#inner(element)
    this.#isInEmphasis = false
    run.emphasis(mark, inner)
  }

  #link(element: PageElement, run: InlineRun): void {
    this.#isInLink = true
    const text = this.#inner(element).replace(/\n+/g, ' ')
    this.#isInLink = false
    const url = this.#rendering.resolve(element.attribute('href'))
    const trimmed = text.trim()
    if (text.startsWith(' ')) run.raw(' ')
    if (trimmed !== '') run.raw(url === null ? trimmed : `[${trimmed}](${escapeAddress(url)})`)
    if (text.endsWith(' ')) run.raw(' ')
  }

  #image(element: PageElement, run: InlineRun): void {
    const source = imageSource(element)
    const url = source === '' ? null : this.#rendering.resolve(source)
    if (url === null || !/^https?:/i.test(url) || isPixel(element)) return
    run.raw(`![${escapeInline(collapse(element.attribute('alt')))}](${escapeAddress(url)})`)
  }
}

/** Where the picture is: pages that load pictures late keep the address in an attribute of their own. */
export function imageSource(image: PageElement): string {
  const source = image.attribute('src').trim()
  if (source !== '' && !source.startsWith('data:')) return source
  for (const name of ['data-src', 'data-lazy-src', 'data-original', 'data-srcset', 'srcset']) {
    const [first = ''] = image.attribute(name).trim().split(/[\s,]/, 1)
    if (first !== '') return first
  }
  return ''
}

function isPixel(image: PageElement): boolean {
  return image.attribute('width') === '1' || image.attribute('height') === '1'
}

/** Code spans hold text only: code with an image, or that spans blocks, is its content. */
function isPlain(element: PageElement): boolean {
  return (
    !element.holdsBlocks &&
    element.children.every((child) => typeof child === 'string' || child.name !== 'img')
  )
}
