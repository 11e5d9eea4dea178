/** Opens sessions of one database, again and again where that helps, and knows which of them are still open. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MillraceError, systemClock } from '../../../model/index.ts'
import { nameOf, parseAddress, tlsOf } from './address/index.ts'
import { LIMITS, type Limits, type Purpose } from './limits.ts'
import { askedPassword, fixedPassword, type Passwords } from './password.ts'
import { isLoginRefused, postgresError } from './postgres-error.ts'
import { delayMs, retryOf } from './retry-policy.ts'
import { openSession, type Opening } from './session/index.ts'
import type { Connection, ConnectOptions, Connector } from './types.ts'

/** Lost sessions are forgotten when so many have been opened. */
const FORGET_EVERY = 64

/** Reads the URL; opens nothing yet. @throws MillraceError BadConfig */
export function connectorOf(options: ConnectOptions): Connector {
  const address = parseAddress(options.url)
  const { connectMs } = address
  const limits = { ...LIMITS, ...(connectMs !== undefined && { connectMs }), ...options.limits }
  const [name, clock, ask] = [nameOf(address), options.clock ?? systemClock, options.password]
  const base: Base = {
    address,
    name,
    tls: tlsOf(address),
    limits,
    clock,
    applicationName: options.processId === undefined ? 'millrace' : `millrace ${options.processId}`,
  }
  const { passwordLifetimeMs: lifetimeMs, connectMs: patienceMs } = limits
  const passwords =
    ask === undefined
      ? fixedPassword(address.password, name)
      : askedPassword({ ask, name, clock, lifetimeMs, patienceMs })
  return new PostgresConnector(base, passwords)
}

type Base = Omit<Opening, 'purpose' | 'signal' | 'login'>
type Try = Omit<Opening, 'login'>

class PostgresConnector implements Connector {
  readonly name: string
  readonly limits: Limits
  readonly #base: Base
  readonly #passwords: Passwords
  readonly #closing = new AbortController()
  #open: Connection[] = []
  #wasReached = false

  constructor(base: Base, passwords: Passwords) {
    this.name = base.name
    this.limits = base.limits
    this.#base = base
    this.#passwords = passwords
  }

  async connect(purpose: Purpose, options: { readonly signal?: AbortSignal } = {}): Promise<Connection> {
    const signals = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])]
    const opening = { ...this.#base, purpose, signal: AbortSignal.any(signals) }
    // The machine's own timer: what is bounded is how long somebody waits.
    const { reconnectMs, firstContactMs } = this.limits
    const windowMs = this.#wasReached ? reconnectMs : Math.min(reconnectMs, firstContactMs)
    const giveUpAt = performance.now() + windowMs
    for (let tried = 1; ; tried += 1) {
      try {
        return this.#keep(await this.#tryOnce(opening))
      } catch (thrown) {
        if (this.#closing.signal.aborted) throw this.#closed(thrown)
        await this.#beforeNext(postgresError(thrown), { tried, giveUpAt, signal: opening.signal })
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#open.splice(0).map((connection) => connection.close()))
  }

  /** A password that was changed meanwhile is asked for once more. */
  async #tryOnce(opening: Try): Promise<Connection> {
    const login = this.#passwords()
    try {
      return await openSession({ ...opening, login })
    } catch (error) {
      if (!isLoginRefused(error) || !login.refused()) throw error
      return await openSession({ ...opening, login: this.#passwords() })
    }
  }

  #keep(connection: Connection): Connection {
    this.#wasReached = true
    if (this.#open.push(connection) % FORGET_EVERY === 0) {
      this.#open = this.#open.filter(({ isLost }) => !isLost)
    }
    return connection
  }

  /** Waits as the policy says. @throws the error where it says nothing or the time is over */
  async #beforeNext(
    error: MillraceError,
    {
      tried,
      giveUpAt,
      signal,
    }: { readonly tried: number; readonly giveUpAt: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const retry = retryOf(this.#wasReached ? 'reconnect' : 'connect', error)
    if (retry === undefined || tried >= retry.attempts) throw error
    const waitMs = delayMs(retry, tried, Math.random())
    if (performance.now() + waitMs > giveUpAt) throw error
    try {
      await sleep(waitMs, undefined, { signal })
    } catch {
      if (this.#closing.signal.aborted) throw this.#closed(error)
      throw new MillraceError('Aborted', `connecting to ${this.name} was stopped by a signal`, {
        cause: error,
      })
    }
  }

  #closed(cause: unknown): MillraceError {
    return new MillraceError('Closed', `connections to ${this.name} were closed`, { cause })
  }
}
