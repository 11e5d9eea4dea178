/**
 * duplicates: turns texts into fingerprints, and fingerprints into clusters of documents that say the same or nearly. It
 * promises that every two texts whose simhashes differ in at most three of 128 bits are found, that a cluster follows
 * from the texts alone and not from their order, and that a member is told where it is found. It never drops a document
 * and never compares texts of fewer than 50 words otherwise than exactly.
 */
import type { Definition } from '../../store/index.ts'
import { joinDefinitions } from './join.ts'

export { fingerprintOf } from './fingerprint.ts'
export type { Fingerprint } from './fingerprint.ts'
export { addFingerprint, forgetStatements, rejoinClusters } from './join.ts'

/** What a store must be opened with to know duplicates. */
export const duplicateDefinitions: readonly Definition[] = [...joinDefinitions]
