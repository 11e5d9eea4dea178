/**
 * session: turns one socket into a `Connection`. It promises that what was sent is answered or refused within a stated
 * time, and that a session which is lost stays lost: no other takes its place unseen.
 */
export { openSession } from './open-session.ts'
export type { Opening } from './opening.ts'
