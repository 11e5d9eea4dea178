/**
 * The one error family. A caller decides on `code`, never on message text, and learns from `applied` whether a
 * refused write can have happened. ERRORS is the single table of what each code means for a retry; docs/errors.md
 * says what a user does about it, and a test holds the two together.
 */

/** Whether the write behind an error can have taken effect: 'unknown' means resend with the same idempotency key. */
export type Applied = 'no' | 'unknown'

interface ErrorTraits {
  readonly retryable: boolean
  readonly applied: Applied
}

const again: ErrorTraits = { retryable: true, applied: 'no' }
const final: ErrorTraits = { retryable: false, applied: 'no' }
const unclear: ErrorTraits = { retryable: true, applied: 'unknown' }

/** Every code Millrace can raise, with its default traits. */
export const ERRORS = {
  // store: the write or read was refused
  Aborted: final,
  BadValue: final,
  Busy: again,
  Closed: final,
  Constraint: final,
  GuardFailed: final,
  PositionTooOld: final,
  QueueFull: again,
  Timeout: again,
  TooBig: final,
  UnknownCommand: final,
  // store: the file or the machine
  CannotCreate: final,
  Corrupt: final,
  DiskFull: again,
  EngineTooOld: final,
  ForeignDatabase: final,
  InputOutput: unclear,
  MoveUnfinished: final,
  NetworkFileSystem: final,
  NoPermission: final,
  NoSharedMemory: final,
  SchemaChanged: final,
  SchemaNewer: final,
  StoreUnreachable: again,
  // fetching: no answer, or one that can not be used
  AddressRefused: final,
  BadEncoding: final,
  BodyTooLarge: final,
  ConnectionLost: again,
  FetchTimeout: again,
  ProxyFailed: again,
  RateLimited: again,
  RobotsUnavailable: again,
  ServerError: again,
  TlsFailed: final,
  TooManyRedirects: final,
  Unreadable: final,
  UnreachableHost: again,
  // the caller
  BadConfig: final,
  BadInput: final,
  BadUrl: final,
  NotFound: final,
  Usage: final,
  // ours
  Fault: { retryable: false, applied: 'unknown' },
} as const satisfies Record<string, ErrorTraits>

/** The closed set of error codes. */
export type ErrorCode = keyof typeof ERRORS

/** What may accompany an error beyond its code and message. */
export interface ErrorDetail {
  /** Overrides the code's default where the thrower knows better. */
  readonly applied?: Applied
  readonly retryable?: boolean
  readonly cause?: unknown
  /** Ids and figures needed to act: a job, a lock holder's pid, a limit in bytes. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>
}

/**
 * Every expected failure of Millrace. The message says what was expected, what came and what to do.
 * Programming mistakes inside Millrace are `Fault`.
 */
export class MillraceError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly applied: Applied
  readonly facts: Readonly<Record<string, string | number | boolean | null>>

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'MillraceError'
    this.code = code
    this.retryable = detail.retryable ?? ERRORS[code].retryable
    this.applied = detail.applied ?? ERRORS[code].applied
    this.facts = detail.facts ?? {}
  }
}

/** Narrows an unknown thrown value to one error of the family with one of the given codes. */
export function isMillraceError(error: unknown, ...codes: readonly ErrorCode[]): error is MillraceError {
  return error instanceof MillraceError && (codes.length === 0 || codes.includes(error.code))
}

/** The error itself when it is of the family, else a `Fault` that keeps it as its cause. */
export function toMillraceError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new MillraceError('Fault', `unexpected failure: ${message}`, { cause: error })
}
