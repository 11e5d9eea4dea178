/**
 * follow turns the documents a run commits into lines of a file, as they are committed. It promises that after any
 * crash the file goes on without a lost, doubled or torn line. It never alters a file that holds anything else.
 */
export { followDefinitions } from './follow-keys.ts'
export { followRun } from './follow-run.ts'
export type { Follower, FollowTarget } from './follow-run.ts'
