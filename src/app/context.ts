/** What every command is given besides its own arguments. */
import type { Log } from '../observe/index.ts'
import type { Config } from './config/index.ts'
import type { Output } from './print/output.ts'

/** Where a setting comes from: what comes first wins. */
export type ValueOrigin = 'flag' | 'environment' | 'file' | 'default'

/** The common flags, resolved. */
export interface CommandContext {
  /** Database URL. */
  readonly db: string
  /** What decided on it. */
  readonly dbFrom: ValueOrigin
  /** What the configuration file says; flags win over it. */
  readonly config: Config
  readonly isJson: boolean
  /** Whether stderr is a terminal, so that lines may be redrawn. */
  readonly isTerminal: boolean
  readonly output: Output
  readonly log: Log
}
