/** One connection through the fault proxy: two directions, each of which can be held. */
import { connect, type Socket } from 'node:net'

/** Up: from the client to the server. */
export type Direction = 'up' | 'down'

/** What to wait for, and what to do then. */
export interface Fault {
  readonly direction: Direction
  /** Bytes that pass, also in pieces. */
  readonly bytes: string | Uint8Array
  /** Whether they have passed when it acts, or are held by it for as long as it says; default 'after'. */
  readonly moment?: 'before' | 'after'
  readonly act: (link: Link) => void
}

/** One connection through the proxy. */
export interface Link {
  /** Ends it without an orderly end, on both sides. */
  cut(): void
  /** Holds what comes from now on; default: either way. */
  freeze(direction?: Direction): void
  /** Lets pass what was held. */
  thaw(): void
  /** Resolves when something is held in that direction. */
  held(direction: Direction): Promise<void>
}

/** What a link tells the proxy, and asks of it. */
export interface Around {
  readonly delayMs: number
  faults(): readonly Fault[]
  struck(fault: Fault): void
  passed(direction: Direction, bytes: number): void
  ended(): void
}

/** Leads `client` to the target. */
export function connectLink(
  client: Socket,
  target: { readonly port: number; readonly host: string },
  around: Around,
): Link {
  const server = connect(target)
  const link: Link = {
    cut() {
      client.resetAndDestroy()
      server.resetAndDestroy()
    },
    freeze(direction) {
      for (const lane of lanes) if (direction === undefined || lane.direction === direction) lane.freeze()
    },
    thaw() {
      for (const lane of lanes) lane.thaw()
    },
    held: (direction) => (direction === 'up' ? up : down).held(),
  }
  const up = new Lane('up', server, { around, link: () => link })
  const down = new Lane('down', client, { around, link: () => link })
  const lanes = [up, down]
  join(client, up)
  join(server, down)
  // While frozen one side can be gone and the other not know it.
  let open = 2
  for (const side of [client, server]) {
    side.once('close', () => {
      open -= 1
      if (open === 0) around.ended()
    })
  }
  return link
}

function join(from: Socket, lane: Lane): void {
  from.setNoDelay(true)
  from.on('data', (chunk) => lane.take(chunk))
  from.on('end', () => lane.end())
  from.on('close', () => lane.close())
  // Told by 'close', which follows.
  from.on('error', () => undefined)
}

class Lane {
  readonly direction: Direction
  readonly #to: Socket
  readonly #around: Around
  readonly #link: () => Link
  readonly #tails = new Map<Fault, Buffer>()
  #held: Buffer[] = []
  #isFrozen = false
  #isEnded = false
  #isClosed = false
  #holding = Promise.withResolvers<void>()

  constructor(direction: Direction, to: Socket, { around, link }: { around: Around; link: () => Link }) {
    this.direction = direction
    this.#to = to
    this.#around = around
    this.#link = link
  }

  take(chunk: Buffer): void {
    if (this.#isFrozen) {
      this.#held.push(chunk)
      this.#holding.resolve()
      return
    }
    const strike = this.#firstStrike(chunk)
    if (strike === undefined) return this.#pass(chunk)
    const { fault, at } = strike
    this.#pass(chunk.subarray(0, at))
    this.#around.struck(fault)
    this.#tails.clear()
    fault.act(this.#link())
    if (at < chunk.length) this.take(chunk.subarray(at))
  }

  end(): void {
    this.#isEnded = true
    // An end that is held is not told.
    if (!this.#isFrozen) this.#later(() => this.#to.end())
  }

  close(): void {
    this.#isClosed = true
    if (!this.#isFrozen) this.#later(() => this.#to.destroy())
  }

  freeze(): void {
    this.#isFrozen = true
  }

  thaw(): void {
    this.#isFrozen = false
    this.#holding = Promise.withResolvers<void>()
    for (const chunk of this.#held.splice(0)) this.take(chunk)
    if (this.#isEnded) this.end()
    if (this.#isClosed) this.close()
  }

  async held(): Promise<void> {
    await this.#holding.promise
  }

  /** The first of the faults that wait for something in this chunk, and where the chunk is to be parted for it. */
  #firstStrike(chunk: Buffer): { readonly fault: Fault; readonly at: number } | undefined {
    for (const fault of this.#around.faults()) {
      if (fault.direction !== this.direction) continue
      const pattern = Buffer.from(fault.bytes)
      const tail = this.#tails.get(fault) ?? Buffer.alloc(0)
      const seen = Buffer.concat([tail, chunk])
      const found = seen.indexOf(pattern)
      this.#tails.set(fault, seen.subarray(Math.max(0, seen.length - pattern.length + 1)))
      if (found < 0) continue
      const at = found - tail.length + (fault.moment === 'before' ? 0 : pattern.length)
      return { fault, at: Math.max(0, at) }
    }
    return undefined
  }

  #pass(chunk: Buffer): void {
    if (chunk.length === 0 || this.#to.destroyed) return
    this.#around.passed(this.direction, chunk.length)
    this.#later(() => this.#to.destroyed || this.#to.write(chunk))
  }

  #later(work: () => void): void {
    if (this.#around.delayMs === 0) work()
    else setTimeout(work, this.#around.delayMs)
  }
}
