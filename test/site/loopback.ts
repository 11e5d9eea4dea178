/** One way to serve on 127.0.0.1 and to stop at once, so that no test waits for a kept-alive or hanging socket. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that is listening. */
export interface Loopback {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /** Destroys every socket and resolves once the port is free. */
  close(): Promise<void>
}

/** Listens on a free loopback port. The listener is made last because pages need to know their own origin. */
export async function listenOnLoopback(listenerFor: (url: string) => RequestListener): Promise<Loopback> {
  const server = createServer()
  // A server that drops idle sockets races with the client's next request; tests of resets have their own path.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', listenerFor(url))
  return {
    url,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
