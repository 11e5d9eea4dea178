/** Deliberate bugs in reading the main content of pages. */
import type { Mutant } from './mutant.ts'

const CONTENT = 'src/crawl/read/content'
const EXTRACT_TEST = [`${CONTENT}/extract-content.test.ts`]

/** The list. */
export const contentMutants: readonly Mutant[] = [
  {
    name: 'nesting-not-cut',
    breaks: 'a page nested 100,000 deep is read like any other',
    file: `${CONTENT}/tree/build-tree.ts`,
    find: 'export const TREE_DEPTH_MAX = 400',
    replace: 'export const TREE_DEPTH_MAX = 1_000_000',
    tests: EXTRACT_TEST,
    only: '100,000 nested elements',
  },
  {
    name: 'line-start-not-escaped',
    breaks: 'markdown reads back as the same text',
    file: `${CONTENT}/render/markdown/render-markdown.ts`,
    find: "text.split('\\n').map(escapeLineStart)",
    replace: "text.split('\\n')",
    tests: [`${CONTENT}/render/markdown/round-trip.test.ts`],
  },
  {
    name: 'manual-cut-to-its-prose',
    breaks: 'a page that is no article keeps all of its text',
    file: `${CONTENT}/choose/choose-content.ts`,
    find: 'top: isArticle ? descendToArticle(root, dropped) : descendToAll(root, dropped)',
    replace: 'top: descendToArticle(root, dropped)',
    tests: EXTRACT_TEST,
    only: 'keeps',
  },
  {
    name: 'page-dropped-for-its-name',
    breaks: 'no class name makes a page lose most of its text',
    file: `${CONTENT}/choose/junk.ts`,
    find: 'const PROSE_SHARE_MAX = 0.4',
    replace: 'const PROSE_SHARE_MAX = 1',
    tests: EXTRACT_TEST,
    only: 'whatever it is called',
  },
]
