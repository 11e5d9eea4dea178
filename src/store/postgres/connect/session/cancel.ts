/** The request to end a statement, which Postgres takes on a connection of its own and never answers. */
import { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { Connection } from 'pg'
import type { Address } from '../address/index.ts'

/** Which session's statement is to end. */
interface Cancel {
  readonly address: Address
  readonly tls: ConnectionOptions | false
  readonly pid: number
  readonly secret: number
  readonly withinMs: number
}

/** What the driver has beyond its types. */
interface CancelConnection {
  on(event: 'connect' | 'sslconnect' | 'end' | 'error', listener: () => void): void
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(pid: number, secret: number): void
}

/** Resolves when the request was taken, failed, or the time is over: the statement itself tells what came of it. */
export async function requestCancel({ address, tls, pid, secret, withinMs }: Cancel): Promise<void> {
  const done = Promise.withResolvers<void>()
  const socket = new Socket()
  const connection = new Connection({ ssl: tls, stream: () => socket }) as unknown as CancelConnection
  const send = () => connection.cancel(pid, secret)
  connection.on('connect', () => (tls === false ? send() : connection.requestSsl()))
  connection.on('sslconnect', send)
  connection.on('end', done.resolve)
  connection.on('error', done.resolve)
  const timer = setTimeout(done.resolve, withinMs)
  if (address.host.startsWith('/')) connection.connect(`${address.host}/.s.PGSQL.${address.port}`)
  else connection.connect(address.port, address.host)
  await done.promise
  clearTimeout(timer)
  socket.destroy()
}
