/** Exit codes after sysexits.h, by error code: what a script can decide on. */
import type { ErrorCode } from '../model/index.ts'

/** The codes Millrace uses. */
export const EXIT = {
  done: 0,
  /** Finished, but some jobs are dead or checks failed. */
  incomplete: 3,
  usage: 64,
  badData: 65,
  noInput: 66,
  unavailable: 69,
  ourBug: 70,
  cannotCreate: 73,
  inputOutput: 74,
  /** Stopped early; running the same command again goes on. */
  again: 75,
  noPermission: 77,
  badConfig: 78,
} as const

const BY_ERROR: Readonly<Record<ErrorCode, number>> = {
  Aborted: EXIT.again,
  AddressRefused: EXIT.noPermission,
  BadConfig: EXIT.badConfig,
  BadEncoding: EXIT.badData,
  BadInput: EXIT.badData,
  BadUrl: EXIT.usage,
  BadValue: EXIT.ourBug,
  BodyTooLarge: EXIT.badData,
  Busy: EXIT.again,
  CannotCreate: EXIT.cannotCreate,
  Closed: EXIT.ourBug,
  ConnectionLost: EXIT.unavailable,
  Constraint: EXIT.ourBug,
  Corrupt: EXIT.badData,
  DiskFull: EXIT.inputOutput,
  EngineTooOld: EXIT.badConfig,
  Fault: EXIT.ourBug,
  FetchTimeout: EXIT.unavailable,
  ForeignDatabase: EXIT.badData,
  GuardFailed: EXIT.again,
  InputOutput: EXIT.inputOutput,
  MoveUnfinished: EXIT.again,
  NetworkFileSystem: EXIT.badConfig,
  NoPermission: EXIT.noPermission,
  NoSharedMemory: EXIT.badConfig,
  NotFound: EXIT.noInput,
  PositionTooOld: EXIT.again,
  ProxyFailed: EXIT.unavailable,
  QueueFull: EXIT.again,
  RateLimited: EXIT.unavailable,
  RobotsUnavailable: EXIT.unavailable,
  SchemaChanged: EXIT.badData,
  SchemaNewer: EXIT.badData,
  ServerError: EXIT.unavailable,
  Timeout: EXIT.again,
  StoreUnreachable: EXIT.unavailable,
  TlsFailed: EXIT.unavailable,
  TooBig: EXIT.badData,
  TooManyRedirects: EXIT.badData,
  UnknownCommand: EXIT.ourBug,
  Unreadable: EXIT.badData,
  UnreachableHost: EXIT.unavailable,
  Usage: EXIT.usage,
}

/** The exit code for an error that ends a command. */
export function exitCodeOf(code: ErrorCode): number {
  return BY_ERROR[code]
}

/** What went wrong first: closing what was open can fail in its wake. */
export function firstFailure(thrown: unknown): unknown {
  return thrown instanceof SuppressedError ? firstFailure(thrown.suppressed) : thrown
}
