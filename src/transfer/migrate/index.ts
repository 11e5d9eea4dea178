/**
 * migrate: turns a store into an equal one on another backend, and two stores into the proof that they are equal. It
 * promises that the source is only read, that what was begun can be gone on with from any instant, that nothing of a
 * target that holds other data is touched, and that no value is changed on the way: what would not survive is refused
 * with the row it stands in. It knows tables and rows, and neither backend.
 */
export { move } from './move.ts'
export type { Equality } from './mark.ts'
export type {
  Difference,
  MoveOutcome,
  MoveReport,
  Preflight,
  TableEstimate,
  TableProof,
  Trap,
} from './report.ts'
export type { MoveProgress, MoveRequest, MoveWorld, VerifyRequest } from './request.ts'
export { undoMove } from './undo.ts'
export { verify } from './verify.ts'
