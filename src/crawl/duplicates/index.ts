/**
 * duplicates: turns texts into fingerprints, and fingerprints into clusters of documents that say the same or nearly. It
 * promises that every two texts whose simhashes differ in at most three of 128 bits are found, that a cluster follows
 * from the texts alone and not from their order, and that a member is told where it is found. It never drops a document
 * and never compares texts of fewer than 50 words otherwise than exactly.
 */
import type { Definition } from '../../store/index.ts'
import { fillInDefinitions } from './fill-in.ts'
import { joinDefinitions } from './join.ts'
import { memberDefinitions } from './members.ts'

export { fillInFingerprints, fingerprintGaps } from './fill-in.ts'
export type { FingerprintGaps } from './fill-in.ts'
export { fingerprintOf } from './fingerprint.ts'
export type { Fingerprint } from './fingerprint.ts'
export { addFingerprint, forgetStatements, rejoinClusters } from './join.ts'
export { duplicateCounts, membersTeller } from './members.ts'
export type { DuplicateCounts, Membership, MembersScope, MembersTeller } from './members.ts'

/** What a store must be opened with to know duplicates. */
export const duplicateDefinitions: readonly Definition[] = [
  ...fillInDefinitions,
  ...joinDefinitions,
  ...memberDefinitions,
]
