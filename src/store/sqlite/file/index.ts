/**
 * file: turns a path into a database file that may be opened: ours, on a local disk, of a schema we know, and known to
 * be in use by living processes only. It never alters a file that is not ours.
 */
export {
  answerCopyRequest,
  isCopyWanted,
  postCopyRequest,
  readCopyRequest,
  removeCopyRequest,
  takeCopyRequest,
  UPKEEP_LOCK,
  withdrawCopyRequest,
} from './copy-request.ts'
export type { CopyRequest, CopyState } from './copy-request.ts'
export { APPLICATION_ID, checkEngine, checkFolder, checkWritable, inspectFile } from './engine-gate.ts'
export { describeHolder, lockHolders } from './lock-holders.ts'
export type { LockHolder, LockHolders } from './lock-holders.ts'
export { execWhenFree, sleepMs, transactWhenFree } from './lock-wait.ts'
export { isSchemaOld, migrate, pendingMigrations } from './migrate.ts'
export { openForReading } from './open-for-reading.ts'
export { prepareFile } from './prepare-file.ts'
export {
  FIGURES_SUFFIX,
  holdNamedLock,
  holdProcessLock,
  isProcessLost,
  liveProcesses,
  lockFolder,
  removeProcessLock,
  sweepSideFiles,
} from './process-lock.ts'
export type { ProcessLock } from './process-lock.ts'
