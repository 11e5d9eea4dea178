/** Redirects are links with a memory: each hop is a page of its own, and the chain that led to it travels in the job. */
import type { Job } from '../../jobs/index.ts'

/** Hops after which a chain is taken for endless. */
const HOPS_MAX = 10

/** What of a job tells its chain of redirects. */
export type Hop = Pick<Job, 'input' | 'uniqueKey'>

/** The redirects that led to this job, oldest first. */
export function viaOf(job: Hop): readonly string[] {
  const { via } = job.input as { readonly via?: readonly string[] }
  return via ?? []
}

/** Why a redirect is not followed: it comes back to where it was, or goes on for ever. Null when it may be. */
export function redirectLoop(job: Hop, redirectTo: string | null): string | null {
  if (redirectTo === null) return null
  const chain = [...viaOf(job), job.uniqueKey]
  if (chain.includes(redirectTo)) return `TooManyRedirects: a loop: ${[...chain, redirectTo].join(' -> ')}`
  if (chain.length <= HOPS_MAX) return null
  return `TooManyRedirects: over ${HOPS_MAX} redirects in a row, beginning at ${chain[0]}`
}
