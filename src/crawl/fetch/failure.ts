/**
 * Turns what the network throws into the error family, by driver codes only: message texts change between Node,
 * OpenSSL and undici versions.
 */
import { errors } from 'undici'
import { type ErrorCode, isMillraceError, MillraceError, toMillraceError } from '../../model/index.ts'
import { certificateFault } from './certificate.ts'

interface Failure {
  readonly code: ErrorCode
  /** What came instead of an answer. */
  readonly got: string
  readonly advice: string
}

/** What came instead of an answer, in words; for an error that is told in other terms than a fetch's. */
export function wordsOf(error: unknown): string {
  const driverCode = codeOf(error)
  const failure = FAILURES.get(driverCode) ?? byPrefix(driverCode) ?? byOrigin(error)
  return `${failure?.got ?? 'an unexpected failure'}${driverCode === '' ? '' : ` (${driverCode})`}`
}

/** The error for one failed fetch. Errors of the family pass as they are; what no table knows is a Fault. */
export function fetchFailure(error: unknown, url: string): MillraceError {
  if (isMillraceError(error)) return error
  const driverCode = codeOf(error)
  const failure = FAILURES.get(driverCode) ?? byPrefix(driverCode) ?? byOrigin(error)
  if (failure === undefined) return toMillraceError(error)
  const shownCode = driverCode === '' ? '' : ` (${driverCode})`
  return new MillraceError(
    failure.code,
    `expected an answer from ${url}, got ${failure.got}${shownCode}; ${failure.advice}`,
    { cause: error, facts: { url, driverCode } },
  )
}

const checkHost = 'check the host name and that the server is up'
const tryAgain = 'try again; if it stays so the server is at fault'

function unreachable(got: string): Failure {
  return { code: 'UnreachableHost', got, advice: checkHost }
}

function lost(got: string): Failure {
  return { code: 'ConnectionLost', got, advice: tryAgain }
}

/** Our own machine ran out: no fault of the host, and fewer connections cure it. */
function exhausted(got: string): Failure {
  return { code: 'ConnectionLost', got, advice: 'lower the concurrency or raise the limit of this machine' }
}

const closed: Failure = { code: 'Closed', got: 'a closed fetcher', advice: 'make a new one' }

const FAILURES: ReadonlyMap<string, Failure> = new Map([
  ['ENOTFOUND', unreachable('no address for the host')],
  ['ENODATA', unreachable('no address for the host')],
  ['EAI_AGAIN', unreachable('no answer from the name server')],
  ['EAI_FAIL', unreachable('a failure of the name server')],
  ['EAI_NODATA', unreachable('no address for the host')],
  ['EAI_NONAME', unreachable('no address for the host')],
  ['ECONNREFUSED', unreachable('a refused connection')],
  ['EHOSTUNREACH', unreachable('no route to the host')],
  ['EHOSTDOWN', unreachable('a host that is down')],
  ['ENETUNREACH', unreachable('no route to its network')],
  ['ENETDOWN', unreachable('a network that is down')],
  ['EACCES', unreachable('a connection forbidden by a firewall')],
  ['EPERM', unreachable('a connection forbidden by a firewall')],
  ['ETIMEDOUT', unreachable('no sign of the host in time')],
  ['UND_ERR_CONNECT_TIMEOUT', unreachable('no connection in time')],
  ['UND_ERR_SOCKET', lost('a connection that closed before the answer was whole')],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', lost('a body shorter than its Content-Length')],
  ['UND_ERR_HEADERS_OVERFLOW', lost('more header bytes than the limit allows')],
  ['ECONNRESET', lost('a connection that was reset')],
  ['ECONNABORTED', lost('a connection that was aborted')],
  ['EPIPE', lost('a connection that closed before the request was sent')],
  [
    'UND_ERR_HEADERS_TIMEOUT',
    { code: 'FetchTimeout', got: 'no whole head within the idle limit', advice: tryAgain },
  ],
  ['UND_ERR_BODY_TIMEOUT', { code: 'FetchTimeout', got: 'silence within the body', advice: tryAgain }],
  ['EMFILE', exhausted('no free file handle')],
  ['ENFILE', exhausted('no free file handle')],
  ['ENOBUFS', exhausted('no free socket buffer')],
  ['EADDRNOTAVAIL', exhausted('no free local port')],
  ['UND_ERR_CLOSED', closed],
  ['UND_ERR_DESTROYED', closed],
])

/** Families of codes too large to list: certificates and OpenSSL's reasons. */
function byPrefix(driverCode: string): Failure | undefined {
  const fault = certificateFault(driverCode)
  if (fault !== undefined) {
    return {
      code: 'TlsFailed',
      got: fault,
      advice: 'the site must mend it, or --insecure-tls takes every certificate of this source',
    }
  }
  const isHandshake = driverCode === 'EPROTO' || /^ERR_(?:SSL|TLS)_/.test(driverCode)
  const advice = 'check that the port speaks TLS 1.2 or newer'
  return isHandshake ? { code: 'TlsFailed', got: 'a failed TLS handshake', advice } : undefined
}

/**
 * What no code tells: undici's parser error has none for some reasons, and an errno that no table lists still came
 * from a socket when it names its system call.
 */
function byOrigin(error: unknown): Failure | undefined {
  if (error instanceof errors.HTTPParserError) return lost('bytes that are not HTTP/1.1')
  const isSystemCall = error instanceof Error && 'syscall' in error
  return isSystemCall ? lost('a failed connection') : undefined
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
