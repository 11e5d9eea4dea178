/** A TCP proxy before a server that cuts, freezes and delays what passes, at a moment chosen by what passes. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { connectLink, type Fault, type Link } from './link.ts'

/** Where the proxy leads. */
export interface Target {
  readonly port: number
  /** Default 127.0.0.1. */
  readonly host?: string
}

/** All connections that pass it. */
export interface FaultProxy {
  readonly port: number
  /** The same URL by way of the proxy. */
  url(url: string): string
  /** Breaks off all connections there are, as a network does: without an orderly end. */
  cut(): void
  /** Nothing passes any more either way, on connections there are and to come; nobody is told. */
  freeze(): void
  /** What was held back passes, and so does what follows. */
  thaw(): void
  /** Each piece passes this much later, either way; 0: at once. For connections to come. */
  delay(ms: number): void
  /** Whether new connections are broken off at once. */
  refuse(isRefusing: boolean): void
  /**
   * Acts once, when the bytes pass for the first time from now on. Nothing passes while `act` itself runs, so what it
   * freezes or cuts stays so from that very byte.
   */
  onceSeen(fault: Fault): void
  /** Connections open now. */
  readonly open: number
  /** Connections since the start. */
  readonly accepted: number
  /** Bytes passed since the start: up to the server, and down from it. */
  readonly passed: { readonly up: number; readonly down: number }
  close(): Promise<void>
}

/** Starts one on a free port of the loopback. */
export async function startFaultProxy(target: Target): Promise<FaultProxy> {
  const server = createServer()
  const proxy = new Proxy(server, target)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return proxy
}

class Proxy implements FaultProxy {
  accepted = 0
  readonly passed = { up: 0, down: 0 }
  readonly #server: Server
  readonly #target: Target
  readonly #links = new Set<Link>()
  #faults: Fault[] = []
  #delayMs = 0
  #isFrozen = false
  #isRefusing = false

  constructor(server: Server, target: Target) {
    this.#server = server
    this.#target = target
    server.on('connection', (socket) => this.#accept(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get open(): number {
    return this.#links.size
  }

  url(url: string): string {
    const through = new URL(url)
    through.hostname = '127.0.0.1'
    through.port = String(this.port)
    return through.href
  }

  cut(): void {
    for (const link of this.#links) link.cut()
  }

  freeze(): void {
    this.#isFrozen = true
    for (const link of this.#links) link.freeze()
  }

  thaw(): void {
    this.#isFrozen = false
    for (const link of this.#links) link.thaw()
  }

  delay(ms: number): void {
    this.#delayMs = ms
  }

  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing
  }

  onceSeen(fault: Fault): void {
    this.#faults.push(fault)
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    this.accepted += 1
    if (this.#isRefusing) {
      socket.resetAndDestroy()
      return
    }
    const { port, host = '127.0.0.1' } = this.#target
    const link = connectLink(
      socket,
      { port, host },
      {
        delayMs: this.#delayMs,
        faults: () => this.#faults,
        passed: (direction, bytes) => (this.passed[direction] += bytes),
        struck: (fault) => (this.#faults = this.#faults.filter((one) => one !== fault)),
        ended: () => this.#links.delete(link),
      },
    )
    this.#links.add(link)
    if (this.#isFrozen) link.freeze()
  }
}
