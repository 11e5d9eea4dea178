/**
 * discover: turns a site's address into its API, its types and names, and the reading of each type. It promises that a site
 * without a usable API is read all the same, and that this is noted. It never stores a post.
 */
export { apiIn, find, root } from './find.ts'
export { look } from './look.ts'
export { names } from './names.ts'
export { taxonomies, types } from './types.ts'
