/** The real manuals of Debian, where they are installed: nothing of their text may be missing, and their navigation must be. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { decodeHtml } from '../html/index.ts'
import { extractContent } from './index.ts'
import { buildTree, type PageElement } from './tree/index.ts'

interface Manual {
  readonly package: string
  readonly folder: string
  /** Whether the element holds content, and whether it is navigation; asked from the top down. */
  readonly isContent: (element: PageElement) => boolean
  readonly isNavigation: (element: PageElement) => boolean
  /** A text that only the navigation has. */
  readonly gone: RegExp
}

const classOrId = (element: PageElement) => `${element.attribute('class')} ${element.attribute('id')}`
const MANUALS: readonly Manual[] = [
  {
    package: 'postgresql-doc-15',
    folder: '/usr/share/doc/postgresql-doc-15/html',
    isContent: () => true,
    isNavigation: (element) => /\bnav(?:header|footer)\b/.test(classOrId(element)),
    gone: /^(?:Prev|Next|Up|Home)\b/m,
  },
  {
    package: 'python3.11-doc',
    folder: '/usr/share/doc/python3.11/html/library',
    isContent: (element) => element.attribute('role') === 'main',
    isNavigation: () => false,
    gone: /^Previous topic|Show Source|Quick search|¶/m,
  },
  {
    package: 'apache2-doc',
    folder: '/usr/share/doc/apache2-doc/manual/en/mod',
    isContent: (element) => /page-content|preamble|directive-section/.test(classOrId(element)),
    isNavigation: (element) => /lang\b|comments_section|quickview/.test(classOrId(element)),
    gone: /Modules \| Directives|Apache > HTTP Server|¶/,
  },
]

/** Pages looked at of each manual, spread over it. */
const PAGES = 25

const BLOCKS = new Set('p h1 h2 h3 h4 h5 h6 dt li td th pre'.split(' '))

function codeOf(element: PageElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : child.name === 'br' ? '\n' : codeOf(child)))
    .join('')
}

/** The innermost blocks of text in the content. */
function blocksOf(root: PageElement, { isContent, isNavigation }: Manual): PageElement[] {
  const blocks: PageElement[] = []
  const visit = (element: PageElement, isIn: boolean) => {
    for (const child of element.children) {
      if (typeof child === 'string' || isNavigation(child)) continue
      const isHere = isIn || isContent(child)
      if (isHere && BLOCKS.has(child.name) && !child.holdsBlocks) blocks.push(child)
      else visit(child, isHere)
    }
  }
  visit(root, isContent(root))
  return blocks
}

const squeeze = (text: string) => text.replace(/[\s¶]+/g, '')

for (const manual of MANUALS) {
  const isThere = existsSync(manual.folder)
  describe(
    `the manual of ${manual.package}`,
    { skip: isThere ? false : `${manual.package} is not installed` },
    () => {
      const pages = isThere ? readdirSync(manual.folder).filter((name) => name.endsWith('.html')) : []
      const sample = pages.filter((_, index) => index % Math.ceil(pages.length / PAGES) === 0)

      test('has all its paragraphs, headings, cells and code, and no navigation', () => {
        let blocks = 0
        for (const name of sample) {
          const { html } = decodeHtml(readFileSync(join(manual.folder, name)), undefined)
          const { text } = extractContent(html, `https://docs.example.org/${name}`)
          const squeezed = squeeze(text)
          for (const block of blocksOf(buildTree(html).root, manual)) {
            const wanted = codeOf(block)
            blocks += 1
            if (block.name !== 'pre') assert.ok(squeezed.includes(squeeze(wanted)), `${name}: ${wanted}`)
            else
              assert.ok(text.includes(wanted.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()), `${name}: ${wanted}`)
          }
          assert.doesNotMatch(text, manual.gone, name)
        }
        assert.ok(blocks > sample.length * 5)
      })
    },
  )
}
