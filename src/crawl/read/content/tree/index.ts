/**
 * tree turns markup into a tree of elements and text, with what the page's head says beside it. It promises never to
 * throw, time in proportion to the markup's length, and a bounded depth. It never judges what is content.
 */
export { buildTree } from './build-tree.ts'
export type { PageTree } from './build-tree.ts'
export { PageElement } from './element.ts'
export type { Figures, Node } from './element.ts'
