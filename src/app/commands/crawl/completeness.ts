/** What a WordPress crawl could prove, in a few lines for a person. */
import type { CollectionProof, Completeness } from '../../../crawl/index.ts'
import { plainLine } from '../../print/plain-text.ts'

/** One line for each type of posts, and what was noted. */
export function renderCompleteness({ collections, notes }: Completeness): string {
  const lines = Object.entries(collections).map(([name, proof]) => `${plainLine(name)}: ${sayProof(proof)}`)
  return [...lines, ...notes.map((note) => plainLine(note))].join('\n')
}

function sayProof({ state, announced, stored, gone, windows, note }: CollectionProof): string {
  const count = Object.keys(windows).length
  const parts = `${count} ${count === 1 ? 'window' : 'windows'}`
  const lost = gone === 0 ? '' : `, ${gone} gone`
  if (state === 'open') return 'not read to its end yet'
  if (state === 'unproven')
    return `${stored} stored${lost}; ${note === null ? 'nothing proves that this is all' : plainLine(note)}`
  const verdict = state === 'proven' ? 'complete' : 'INCOMPLETE'
  return `${announced} announced, ${stored} stored${lost}; ${verdict} in ${parts}`
}

/** What is wrong with a finished run, a line each; empty when all that was announced is there, or nothing is announced. */
export function shortfallOf({ short, collections }: Completeness): readonly string[] {
  const open = Object.entries(collections).filter(([, { state }]) => state === 'open')
  return [
    ...short.map((window) => `incomplete: ${plainLine(window)}; run the same command again with --sweep`),
    ...open.map(
      ([name]) => `incomplete: ${plainLine(name)} was not read to its end; see \`millrace dead list\``,
    ),
  ]
}
