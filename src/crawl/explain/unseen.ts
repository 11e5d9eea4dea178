/** Why a source never had a URL, as far as what is stored tells. */
import type { Reader } from '../../store/index.ts'
import type { Json } from '../../model/index.ts'
import { keptOpinion } from '../politeness/index.ts'
import { compileScope, scopeOf, type ScopeRules } from '../scope/index.ts'

/**
 * out-of-scope: the source's seeds and patterns leave it out; robots: its host forbids it to us, so that it would be
 * skipped where it is linked; not-linked: nothing that was read names it. A link in scope is never dropped: what was
 * not met is not linked from any page, redirect or sitemap read so far.
 */
export interface Unseen {
  readonly why: 'out-of-scope' | 'robots' | 'not-linked'
  /** The rule behind it, in words. */
  readonly reason: string
}

/** Judges a url key that no run of a source knows. */
export async function whyUnseen(
  reader: Reader,
  source: { readonly seeds: Json; readonly rules: Json },
  asked: { readonly url: string; readonly userAgent: string },
): Promise<Unseen> {
  const seeds = source.seeds as readonly string[]
  const scope = compileScope(scopeOf(seeds, source.rules as unknown as ScopeRules))
  const { inScope, reason } = scope.explain(asked.url)
  if (!inScope) return { why: 'out-of-scope', reason }
  if ((await keptOpinion(reader, asked.userAgent, asked.url)) === 'forbidden')
    return { why: 'robots', reason: `${new URL(asked.url).origin}/robots.txt forbids it` }
  return { why: 'not-linked', reason: 'no page, redirect or sitemap that was read names it' }
}
