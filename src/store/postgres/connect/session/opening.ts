/** What is needed to open a session, and to act on it later. */
import type { ConnectionOptions } from 'node:tls'
import type { Clock } from '../../../../model/index.ts'
import type { Address } from '../address/index.ts'
import type { Limits, Purpose } from '../limits.ts'
import type { Login } from '../password.ts'

/** One session to be. */
export interface Opening {
  readonly address: Address
  readonly name: string
  readonly tls: ConnectionOptions | false
  readonly limits: Limits
  readonly purpose: Purpose
  readonly clock: Clock
  readonly applicationName: string
  readonly login: Login
  readonly signal: AbortSignal
}
