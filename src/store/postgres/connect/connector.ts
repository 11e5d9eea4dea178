/** Opens sessions of one database, again and again where that helps, and knows which of them are still open. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MillraceError, systemClock, type Clock } from '../../../model/index.ts'
import { nameOf, parseAddress, tlsOf, type Address } from './address/index.ts'
import { LIMITS, type Limits, type Purpose } from './limits.ts'
import { askedPassword, fixedPassword, type Passwords } from './password.ts'
import { postgresError, sqlState } from './postgres-error.ts'
import { delayMs, retryOf } from './retry-policy.ts'
import { openSession, type Opening } from './session/index.ts'
import type { Connection, ConnectOptions, Connector } from './types.ts'

/** invalid_password */
const WRONG_PASSWORD = '28P01'
/** Lost connections are forgotten when as many have been opened. */
const FORGET_EVERY = 64

/** Reads the URL; opens nothing yet. @throws MillraceError BadConfig */
export function connectorOf(options: ConnectOptions): Connector {
  return new PostgresConnector(options)
}

class PostgresConnector implements Connector {
  readonly name: string
  readonly limits: Limits
  readonly #address: Address
  readonly #base: Omit<Opening, 'purpose' | 'signal'>
  readonly #passwords: Passwords
  readonly #clock: Clock
  readonly #closing = new AbortController()
  #open: Connection[] = []

  constructor(options: ConnectOptions) {
    this.#address = parseAddress(options.url)
    const { connectMs } = this.#address
    this.limits = { ...LIMITS, ...(connectMs !== undefined && { connectMs }), ...options.limits }
    this.name = nameOf(this.#address)
    this.#clock = options.clock ?? systemClock
    this.#passwords =
      options.password === undefined
        ? fixedPassword(this.#address.password, this.name)
        : askedPassword(options.password, this.limits.passwordLifetimeMs, this.#clock)
    this.#base = {
      address: this.#address,
      name: this.name,
      tls: tlsOf(this.#address),
      limits: this.limits,
      clock: this.#clock,
      applicationName: options.processId === undefined ? 'millrace' : `millrace ${options.processId}`,
      password: () => this.#passwords.current(),
    }
  }

  async connect(purpose: Purpose, options: { readonly signal?: AbortSignal } = {}): Promise<Connection> {
    const signals = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])]
    const opening: Opening = { ...this.#base, purpose, signal: AbortSignal.any(signals) }
    // The machine's own clock: what is bounded is how long somebody waits.
    const giveUpAt = performance.now() + this.limits.reconnectMs
    for (let tried = 1; ; tried += 1) {
      if (this.#closing.signal.aborted)
        throw new MillraceError('Closed', `connections to ${this.name} were closed`)
      try {
        return this.#keep(await this.#tryOnce(opening))
      } catch (thrown) {
        await this.#beforeNext(postgresError(thrown), { tried, giveUpAt, signal: opening.signal })
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const open = this.#open
    this.#open = []
    await Promise.all(open.map((connection) => connection.close()))
  }

  /** A password that was changed meanwhile is asked for once more. */
  async #tryOnce(opening: Opening): Promise<Connection> {
    try {
      return await openSession(opening)
    } catch (error) {
      if (sqlState(error) !== WRONG_PASSWORD || !this.#passwords.refused()) throw error
      return await openSession(opening)
    }
  }

  #keep(connection: Connection): Connection {
    if (this.#open.push(connection) % FORGET_EVERY === 0) this.#open = this.#open.filter((one) => !one.isLost)
    return connection
  }

  /** Waits as the policy says. @throws the error where it says nothing or the time is over */
  async #beforeNext(
    error: MillraceError,
    at: { readonly tried: number; readonly giveUpAt: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const retry = retryOf('connect', error)
    const waitMs = retry === undefined ? 0 : delayMs(retry, at.tried, Math.random())
    if (retry === undefined || at.tried >= retry.attempts || performance.now() + waitMs > at.giveUpAt)
      throw error
    try {
      await sleep(waitMs, undefined, { signal: at.signal })
    } catch {
      throw new MillraceError('Aborted', 'connecting was stopped by a signal', { cause: error })
    }
  }
}
