/**
 * wordpress: turns a WordPress site into pages and documents by way of its REST API, and says by its totals whether that was
 * all. It promises that nothing is missed or stored twice while the site changes, that a kill at any instant costs one
 * request, and that a site whose API can not be read is read as any other. It never writes to a site and never logs in.
 */
import type { Command } from '../../store/index.ts'
import type { Pace } from '../frontier.ts'
import { rowDefinitions } from './rows/index.ts'
import { offerStep } from './step.ts'

export { htmlStage } from './html-page.ts'
export { completenessOf } from './rows/index.ts'
export type { CollectionProof, Completeness } from './rows/index.ts'
export type { WordpressTools } from './step.ts'
export { wordpressStage } from './wordpress-stage.ts'

/** The first jobs of a run: one for each seed, which looks for its API. */
export function findApis(
  plan: { readonly run: string; readonly pace: Pace; readonly seeds: readonly string[] },
  now: number,
): readonly Command[] {
  return plan.seeds.flatMap((home) => {
    const input = { home, at: home, hops: 0 }
    return offerStep(plan, { step: 'find', key: `${home} find 0`, url: home, input }, now)
  })
}

/** What a store must be opened with to read WordPress sites. */
export const wordpressDefinitions = rowDefinitions
