/** look: turns the rows of a source into what a move will meet: counts, and values that would not survive. It writes nothing. */
export { preflight } from './preflight.ts'
