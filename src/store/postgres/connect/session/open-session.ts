/** One attempt at one session: socket, TLS, login and the check of what the server is, all within one time limit. */
import { Socket } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import { MillraceError } from '../../../../model/index.ts'
import { checkServer } from '../check-server.ts'
import { settingsOf } from '../limits.ts'
import { postgresError } from '../postgres-error.ts'
import type { Opening } from './opening.ts'
import { Session } from './session.ts'
import { TYPES } from './values.ts'

/** The byte with which a server says that it has no TLS. */
const NO_TLS = 0x4e

/** @throws MillraceError StoreUnreachable, NoPermission, BadConfig, Aborted */
export async function openSession(opening: Opening): Promise<Session> {
  const socket = new Socket()
  const attempt = new AbortController()
  const timer = setTimeout(() => attempt.abort(late(opening)), opening.limits.connectMs)
  const stop = () => attempt.abort(new MillraceError('Aborted', 'connecting was stopped by a signal'))
  opening.signal.addEventListener('abort', stop)
  if (opening.signal.aborted) stop()
  try {
    return await untilAborted(attempt.signal, login(opening, socket))
  } catch (error) {
    socket.destroy()
    throw postgresError(error)
  } finally {
    clearTimeout(timer)
    opening.signal.removeEventListener('abort', stop)
  }
}

async function login(opening: Opening, socket: Socket): Promise<Session> {
  const client = new Client({ ...configOf(opening), stream: () => socket })
  // The driver rejects connect() as well; an event that nobody listens to would end the process.
  client.on('error', () => undefined)
  let hasNoTls = false
  if (opening.tls !== false) socket.once('data', (bytes) => (hasNoTls = bytes[0] === NO_TLS))
  try {
    await client.connect()
  } catch (error) {
    throw hasNoTls ? withoutTls(opening, error) : error
  }
  const session = new Session(client, socket, opening)
  session.server = await checkServer(session, {
    pid: session.pid,
    limits: opening.limits,
    name: opening.name,
  })
  return session
}

function configOf(opening: Opening): ClientConfig {
  const { address, limits, purpose } = opening
  const settings = Object.entries(settingsOf(limits, purpose))
  if (address.searchPath !== undefined) settings.push(['search_path', address.searchPath])
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    password: opening.password,
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

async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason as Error)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function late({ name, limits }: Opening): MillraceError {
  const message = `${name} gave no session within ${limits.connectMs / 1000} s; check host, port and firewall`
  return new MillraceError('StoreUnreachable', message)
}

function withoutTls({ name }: Opening, cause: unknown): MillraceError {
  const message = `${name} offers no TLS: turn on ssl at the server, or say sslmode=disable if the network is yours`
  return new MillraceError('BadConfig', message, { cause })
}
