/**
 * rows: turns what is learned of a WordPress site into rows: items, authors and terms, marks and proofs. It promises
 * that an item is known once by its source, collection and id. It never asks the site.
 */
import { itemDefinitions } from './items.ts'
import { proofDefinitions } from './proof.ts'
import { siteDefinitions } from './site.ts'

export {
  countGone,
  countItems,
  itemsWithMedia,
  keepItems,
  knownItems,
  markGone,
  markSeen,
  settleMedia,
  unseenItems,
  wantedMedia,
} from './items.ts'
export type { Item } from './items.ts'
export { completenessOf, dropProof, isShort, keepProof } from './proof.ts'
export type { CollectionProof, Completeness, ProofState, Window } from './proof.ts'
export { entitiesOf, hasNames, keepEntities, keepMark, keepNote, keepSite, marksOf } from './site.ts'
export type { Entity, ReadBy } from './site.ts'

/** What a store must be opened with to keep them. */
export const rowDefinitions = [...itemDefinitions, ...siteDefinitions, ...proofDefinitions]
