/** One attempt at one session: socket, TLS, login and the check of what the server is, all within one time limit. */
import { Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import { MillraceError } from '../../../../model/index.ts'
import { checkServer, notItself } from '../check-server.ts'
import { settingsOf } from '../limits.ts'
import { postgresError, sqlState } from '../postgres-error.ts'
import type { Opening } from './opening.ts'
import { Session } from './session.ts'
import { TYPES } from './values.ts'

/** The byte with which a server says that it has no TLS. */
const NO_TLS = 0x4e
/** protocol_violation: PgBouncer answers so to settings at the start */
const POOLER_STATE = '08P01'

/** How far an attempt came: what it waits for is what its time limit blames. */
interface Progress {
  waitsFor: string
  hasNoTls: boolean
}

/** @throws MillraceError StoreUnreachable, NoPermission, BadConfig, EngineTooOld, Aborted */
export async function openSession(opening: Opening): Promise<Session> {
  const socket = new Socket()
  const progress: Progress = { waitsFor: 'check host, port and firewall', hasNoTls: false }
  const attempt = new AbortController()
  const timer = setTimeout(() => attempt.abort(late(opening, progress)), opening.limits.connectMs)
  const stop = () =>
    attempt.abort(new MillraceError('Aborted', `connecting to ${opening.name} was stopped by a signal`))
  opening.signal.addEventListener('abort', stop)
  if (opening.signal.aborted) stop()
  try {
    attempt.signal.throwIfAborted()
    return await Promise.race([logIn(opening, socket, progress), aborted(attempt.signal)])
  } catch (error) {
    const isBroken = socket.destroyed
    socket.destroy()
    throw refusal(error, opening.name, { ...progress, isBroken })
  } finally {
    clearTimeout(timer)
    opening.signal.removeEventListener('abort', stop)
  }
}

async function logIn(opening: Opening, socket: Socket, progress: Progress): Promise<Session> {
  const client = new Client({ ...configOf(opening, progress), stream: () => socket })
  // The driver rejects connect() as well; an event that nobody listens to would end the process.
  client.on('error', () => undefined)
  socket.once(
    'connect',
    () => (progress.waitsFor = 'something listens there, and does not answer as Postgres does'),
  )
  if (opening.tls !== false) socket.once('data', (bytes) => (progress.hasNoTls = bytes[0] === NO_TLS))
  await client.connect()
  const session = new Session(client, socket, opening)
  const { pid } = session
  session.server = await checkServer(session, { pid, limits: opening.limits, name: opening.name })
  return session
}

function configOf(opening: Opening, progress: Progress): ClientConfig {
  const { address, limits, purpose, login } = opening
  const settings = Object.entries(settingsOf(limits, purpose))
  if (address.searchPath !== undefined) settings.push(['search_path', address.searchPath])
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    password: async () => {
      progress.waitsFor = 'what gives its password has not answered'
      const password = await login.password()
      progress.waitsFor = 'the server did not end the login'
      return password
    },
    ssl: opening.tls,
    application_name: opening.applicationName,
    options: settings.map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`).join(' '),
    client_encoding: 'UTF8',
    keepAlive: true,
    keepAliveInitialDelayMillis: limits.keepaliveMs,
    pipeline: purpose !== 'copy' && purpose !== 'sql',
    types: TYPES,
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  return await promise
}

function late({ name, limits }: Opening, { waitsFor }: Progress): MillraceError {
  const message = `${name} gave no session within ${limits.connectMs / 1000} s: ${waitsFor}`
  return new MillraceError('StoreUnreachable', message)
}

/** What was thrown, in our words. */
function refusal(
  thrown: unknown,
  name: string,
  how: Progress & { readonly isBroken: boolean },
): MillraceError {
  const state = sqlState(thrown)
  if (how.hasNoTls) {
    const message = `${name} offers no TLS: turn on ssl at the server, or say sslmode=disable if the network is yours`
    return new MillraceError('BadConfig', message, { cause: thrown })
  }
  if (state === POOLER_STATE) return notItself(name, thrown)
  if (isSettingRefused(state)) {
    const message = `${name} does not take the settings of a session (${state}); use Postgres 14 or later itself`
    return new MillraceError('BadConfig', message, { cause: thrown })
  }
  const error = postgresError(thrown)
  if (error.code !== 'Fault' || !how.isBroken || state !== undefined) return error
  const message = `${name} broke off the connection without a word; look at its log`
  return new MillraceError('StoreUnreachable', message, { cause: thrown })
}

/** Syntax, name or value of a setting; a lack of rights is its own matter. */
function isSettingRefused(state: string | undefined): boolean {
  return state !== '42501' && /^(?:22|42)/.test(state ?? '')
}
