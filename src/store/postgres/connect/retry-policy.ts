/**
 * What is tried again, how often and how far apart: one table for connections and batches. Whatever is not in it fails
 * at once. Delays are drawn at random up to their bound, so that many who failed together do not come back together.
 */
import { type MillraceError } from '../../../model/index.ts'
import { sqlState } from './postgres-error.ts'

/** How one failure is tried again. */
export interface Retry {
  /** Tries in all, the first one included; connecting also ends with its time window. */
  readonly attempts: number
  /** The bound of the first delay; it doubles from try to try. */
  readonly firstMs: number
  readonly longestMs: number
}

const OFTEN: Retry = { attempts: 1_000, firstMs: 50, longestMs: 1_000 }

/** Opening a connection, by SQLSTATE or by the code of the socket. */
const CONNECT: Readonly<Record<string, Retry>> = {
  /** too_many_connections: somebody may leave */
  '53300': { attempts: 1_000, firstMs: 100, longestMs: 2_000 },
  /** admin_shutdown, crash_shutdown, cannot_connect_now: it stops or starts */
  '57P01': OFTEN,
  '57P02': OFTEN,
  '57P03': OFTEN,
  ECONNREFUSED: OFTEN,
  ECONNRESET: OFTEN,
  EPIPE: OFTEN,
  ENOENT: OFTEN,
  EAI_AGAIN: { attempts: 1_000, firstMs: 200, longestMs: 2_000 },
  EHOSTUNREACH: OFTEN,
  ENETUNREACH: OFTEN,
  ETIMEDOUT: OFTEN,
  /** Broke off without a word, or gave no session in time. */
  StoreUnreachable: OFTEN,
}

/** The same when the server was reached before: after a failover its name leads to the new primary in a while. */
const RECONNECT: Readonly<Record<string, Retry>> = { ...CONNECT, standby: OFTEN }

/** A batch that the server undid, by SQLSTATE. */
const BATCH: Readonly<Record<string, Retry>> = {
  /** serialization_failure, deadlock_detected: another's turn first */
  '40001': { attempts: 10, firstMs: 10, longestMs: 500 },
  '40P01': { attempts: 10, firstMs: 10, longestMs: 500 },
}

/** The table. */
export const RETRIES = { connect: CONNECT, reconnect: RECONNECT, batch: BATCH } as const

/** How this failure is tried again; undefined: not at all. */
export function retryOf(kind: keyof typeof RETRIES, error: MillraceError): Retry | undefined {
  const table: Readonly<Record<string, Retry>> = RETRIES[kind]
  if (error.facts['standby'] === true) return table['standby']
  return table[sqlState(error) ?? systemCode(error) ?? ''] ?? table[error.code]
}

/** How long to wait after the `tried`-th try, counted from 1; `random` is from 0 to 1. */
export function delayMs(retry: Retry, tried: number, random: number): number {
  const bound = Math.min(retry.longestMs, retry.firstMs * 2 ** Math.min(tried - 1, 30))
  return bound * (0.5 + random / 2)
}

function systemCode(error: MillraceError): string | undefined {
  const { code } = (error.cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
