/**
 * Every time limit of a connection, in one table. The server keeps those that are sent to it, whatever becomes of us;
 * the others end a wait on our side, for a server or network that says nothing any more.
 */
/** What a connection is for. 'copy' and 'sql' are not pipelined: statements run one after the other. */
export type Purpose = 'write' | 'read' | 'keep' | 'sql' | 'copy'

/** Milliseconds each. */
export interface Limits {
  /** From the first packet to a session that is checked. */
  readonly connectMs: number
  /** How long a server that refuses, starts or is full is tried again. */
  readonly reconnectMs: number
  /** The same of a server that was not reached yet, where that is less. */
  readonly firstContactMs: number
  /** One statement, on the server. A person's SQL and COPY have limits of their own: see `statementMs`. */
  readonly statementMs: number
  /** Waiting for one lock, on the server: longer than the 30 s after which a writer gives up by itself. */
  readonly lockMs: number
  /** An open transaction in which nothing happens, on the server: a frozen process holds up the others this long. */
  readonly idleInTransactionMs: number
  /** No answer although one is due: the server is cut off or stopped. Longer than a statement may take. */
  readonly answerMs: number
  /** A read, unless its caller says otherwise. */
  readonly readMs: number
  /** All sessions of a pool are in use. */
  readonly poolMs: number
  /** A read that is past its deadline and was cancelled; then its connection is given up. */
  readonly cancelMs: number
  /** An orderly end. */
  readonly closeMs: number
  /** Silence before TCP asks whether the other side is still there, on both sides. */
  readonly keepaliveMs: number
  /** A connection's life, shortened by up to a tenth at random so that not all end at once. */
  readonly maxLifetimeMs: number
  /** A connection that did nothing this long is tried before it is used. */
  readonly idleCheckMs: number
  /** The answer to that. */
  readonly checkMs: number
  /** A password before it is asked for again. */
  readonly passwordLifetimeMs: number
}

/** What holds unless options say otherwise. */
export const LIMITS: Limits = {
  connectMs: 10_000,
  reconnectMs: 30_000,
  firstContactMs: 30_000,
  statementMs: 60_000,
  lockMs: 35_000,
  idleInTransactionMs: 15_000,
  answerMs: 70_000,
  readMs: 5_000,
  poolMs: 30_000,
  cancelMs: 500,
  closeMs: 5_000,
  keepaliveMs: 10_000,
  maxLifetimeMs: 30 * 60_000,
  idleCheckMs: 30_000,
  checkMs: 1_000,
  passwordLifetimeMs: 5 * 60_000,
}

/** A COPY moves a chunk or builds an index over all there is. */
const COPY_STATEMENT_MS = 30 * 60_000

/** How long the server lets one statement of a session run; 0: whoever uses the session ends it. */
export function statementMs(limits: Limits, purpose: Purpose): number {
  if (purpose === 'sql') return 0
  return purpose === 'copy' ? Math.max(COPY_STATEMENT_MS, limits.statementMs) : limits.statementMs
}

/** How long an answer may take on our side; 0: as long as it likes. */
export function answerMs(limits: Limits, purpose: Purpose): number {
  if (purpose === 'sql') return 0
  return purpose === 'copy' ? Math.max(COPY_STATEMENT_MS, limits.answerMs) : limits.answerMs
}

/**
 * Whether the server may read whole tables where an index would serve. Our own statements all have one; plans are kept for
 * a session, and one that was made while a table was new and small would read all of it when it has grown.
 */
function mayScan(purpose: Purpose): 'on' | 'off' {
  return purpose === 'write' || purpose === 'read' ? 'off' : 'on'
}

/** The settings each session starts with. What a session says later takes their place. */
export function settingsOf(limits: Limits, purpose: Purpose): Readonly<Record<string, string>> {
  const keepaliveS = String(Math.max(1, Math.round(limits.keepaliveMs / 1000)))
  return {
    statement_timeout: String(statementMs(limits, purpose)),
    lock_timeout: String(limits.lockMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
    default_transaction_read_only: 'on',
    default_transaction_isolation: 'read committed',
    synchronous_commit: 'on',
    bytea_output: 'hex',
    DateStyle: 'ISO',
    TimeZone: 'UTC',
    standard_conforming_strings: 'on',
    extra_float_digits: '1',
    client_min_messages: 'warning',
    enable_seqscan: mayScan(purpose),
    jit: 'off',
    tcp_keepalives_idle: keepaliveS,
    tcp_keepalives_interval: keepaliveS,
    tcp_keepalives_count: '3',
  }
}
