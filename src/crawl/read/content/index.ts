/**
 * content turns a page's HTML into its main content: text, markdown, and what the page says about itself. It promises
 * never to throw and never to take more than time in proportion to the page's length, whatever a server sends. It never
 * fetches, and knows no site by name: every rule is meant for pages it has not seen.
 */
export { contentOfFragment, extractContent } from './extract-content.ts'
export type { Content, FragmentContent } from './extract-content.ts'
