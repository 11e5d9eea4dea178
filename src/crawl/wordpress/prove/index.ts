/**
 * prove: turns the totals that a site announces, and its ids, into a proof that everything is stored, or into the windows in
 * which it is not. It promises that a post is called gone only where the site itself says so.
 */
export { prove } from './prove.ts'
export { fetchMissing, sweep, verify } from './sweep.ts'
