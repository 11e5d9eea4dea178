/** SQLSTATEs and socket codes as errors of the one family; message text is never looked at. */
import { MillraceError, toMillraceError, type ErrorCode } from '../../../model/index.ts'

interface Meaning {
  readonly code: ErrorCode
  readonly advice: string
}

const BY_STATE: Readonly<Record<string, Meaning>> = {
  '22021': { code: 'BadValue', advice: 'text for Postgres has no NUL and is valid UTF-8' },
  '22P05': { code: 'BadValue', advice: 'text for Postgres has no NUL and is valid UTF-8' },
  '25006': { code: 'Fault', advice: 'something was written where only reading is allowed' },
  '25P03': { code: 'StoreUnreachable', advice: 'the server ended a transaction in which nothing happened' },
  '3D000': { code: 'BadConfig', advice: 'make it with CREATE DATABASE, or name another in the URL' },
  '40001': { code: 'Busy', advice: 'others wrote the same rows; try again' },
  '40P01': { code: 'Busy', advice: 'others hold locks crosswise; try again' },
  '42501': { code: 'NoPermission', advice: 'grant it to this user' },
  '53100': { code: 'DiskFull', advice: 'free some space on the server and run the same command again' },
  '53200': { code: 'StoreUnreachable', advice: 'the server is out of memory' },
  '53300': {
    code: 'StoreUnreachable',
    advice: 'end what holds them, or raise max_connections or the CONNECTION LIMIT',
  },
  '55P03': { code: 'Busy', advice: 'somebody held a lock for too long; try again' },
  '57014': { code: 'Timeout', advice: 'it took too long and was ended' },
}

const BY_CLASS: Readonly<Record<string, Meaning>> = {
  '08': { code: 'StoreUnreachable', advice: 'the connection failed' },
  '23': { code: 'Constraint', advice: 'the row breaks a rule of the table' },
  '28': { code: 'NoPermission', advice: 'check user and password, wherever they come from, and pg_hba.conf' },
  '53': { code: 'StoreUnreachable', advice: 'the server is short of something; look at its log' },
  '54': { code: 'TooBig', advice: 'it is larger than Postgres takes' },
  '57': { code: 'StoreUnreachable', advice: 'the server starts, stops or ended the session' },
  '58': { code: 'InputOutput', advice: 'the disk of the server failed; look at its log' },
  XX: { code: 'Fault', advice: 'look at the log of the server' },
}

const CORRUPT: Meaning = { code: 'Corrupt', advice: 'data of the server is damaged; look at its log' }

const BY_SYSTEM: Readonly<Record<string, Meaning>> = {
  EACCES: { code: 'NoPermission', advice: 'the socket of the server may not be opened' },
  EPERM: { code: 'NoPermission', advice: 'the socket of the server may not be opened' },
  EAI_AGAIN: { code: 'StoreUnreachable', advice: 'the name of the host can not be looked up now' },
  EAI_FAIL: { code: 'StoreUnreachable', advice: 'the name of the host can not be looked up' },
  ECONNABORTED: { code: 'StoreUnreachable', advice: 'the connection broke off' },
  ECONNREFUSED: {
    code: 'StoreUnreachable',
    advice: 'nobody listens there; check host and port, start the server',
  },
  ECONNRESET: { code: 'StoreUnreachable', advice: 'the connection broke off' },
  EHOSTDOWN: { code: 'StoreUnreachable', advice: 'the host can not be reached' },
  EHOSTUNREACH: { code: 'StoreUnreachable', advice: 'the host can not be reached' },
  EMFILE: { code: 'StoreUnreachable', advice: 'this process has too many files open' },
  ENETDOWN: { code: 'StoreUnreachable', advice: 'the network is down' },
  ENETUNREACH: { code: 'StoreUnreachable', advice: 'the network can not be reached' },
  ENOENT: {
    code: 'StoreUnreachable',
    advice: 'there is no such socket; check host and port, start the server',
  },
  ENOTFOUND: { code: 'StoreUnreachable', advice: 'there is no such host; check the name' },
  EPIPE: { code: 'StoreUnreachable', advice: 'the connection broke off' },
  ETIMEDOUT: { code: 'StoreUnreachable', advice: 'the host does not answer' },
}

const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|ERROR_IN_)/
const TLS: Meaning = {
  code: 'BadConfig',
  advice:
    'TLS with the server failed; name its root certificate with sslrootcert, or see sslmode in docs/postgres.md',
}

/** The certificate is trusted, and of another host. */
const OTHER_HOST: Meaning = {
  code: 'BadConfig',
  advice: 'name the server as its certificate does, or see sslmode in docs/postgres.md',
}

/** The SQLSTATE of what the driver threw; undefined for any other error. */
export function sqlState(thrown: unknown): string | undefined {
  if (thrown instanceof MillraceError) return stateIn(thrown.facts['sqlstate'])
  const { code, severity } = (thrown ?? {}) as { code?: unknown; severity?: unknown }
  return typeof severity === 'string' ? stateIn(code) : undefined
}

/** Any thrown value as an error of the family. */
export function postgresError(thrown: unknown): MillraceError {
  if (thrown instanceof MillraceError) return thrown
  const state = sqlState(thrown)
  if (state !== undefined) return stated(thrown as Error, state)
  const { code, message } = (thrown ?? {}) as NodeJS.ErrnoException
  const known = meaningOf(code ?? '')
  if (known === undefined) return toMillraceError(thrown)
  const what = message === '' ? code : message
  return new MillraceError(known.code, `${what}: ${known.advice}`, { cause: thrown, applied: 'no' })
}

function meaningOf(code: string): Meaning | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return OTHER_HOST
  return TLS_CODE.test(code) ? TLS : BY_SYSTEM[code]
}

/** Whether the server did not believe who we are, by whatever way it asks for passwords. */
export function isLoginRefused(thrown: unknown): boolean {
  return sqlState(thrown)?.startsWith('28') === true
}

/** Whether the server ends the session together with this failure. */
export function endsSession(thrown: unknown): boolean {
  return ['57P01', '57P02', '57P03', '57P04', '57P05', '25P03'].includes(sqlState(thrown) ?? '')
}

function stated(thrown: Error, state: string): MillraceError {
  const facts = { sqlstate: state }
  const known = BY_STATE[state] ?? (isCorruption(state) ? CORRUPT : BY_CLASS[state.slice(0, 2)])
  if (known === undefined) {
    return new MillraceError('Fault', `Postgres refused a statement (${state}): ${thrown.message}`, {
      cause: thrown,
      applied: 'no',
      facts,
    })
  }
  return new MillraceError(known.code, `${thrown.message}: ${known.advice}`, {
    cause: thrown,
    applied: 'no',
    facts,
  })
}

function isCorruption(state: string): boolean {
  return state === 'XX001' || state === 'XX002'
}

function stateIn(code: unknown): string | undefined {
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}
