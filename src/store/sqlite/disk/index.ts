/**
 * disk: moves the log into the file and keeps it bounded, and turns what goes wrong under the write connection into one
 * of two ends: a disk that failed is never written to again by this connection, and a disk that is full is waited for or
 * refused. It promises that nothing is retried on a descriptor whose sync failed. It knows nothing of units.
 */
export { Checkpoints } from './checkpoints.ts'
export { FailStop } from './fail-stop.ts'
export { LogBound } from './log-bound.ts'
export { RoomPause } from './room-pause.ts'
export type { WaitForRoom } from './room-pause.ts'
export { RoomWait } from './room-wait.ts'
export type { RoomGate, RoomNotice } from './room-wait.ts'
export { syncFolder } from './sync-folder.ts'
