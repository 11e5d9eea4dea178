/** What every command is given besides its own arguments. */
import type { Log } from '../observe/index.ts'
import type { Config, DatabaseConfig } from './config/index.ts'
import type { Output } from './print/output.ts'

/** Where a setting comes from: what comes first wins. */
export type ValueOrigin = 'flag' | 'environment' | 'file' | 'default'

/** The common flags, resolved. */
export interface CommandContext {
  /** Not yet looked at: a command that opens none takes any. */
  readonly db: DatabaseConfig
  /** What decided on it. */
  readonly dbFrom: ValueOrigin
  /** What gives its password; null where nothing but its URL could. */
  readonly passwordFrom: 'flag' | 'file' | null
  /** What the configuration file says; flags win over it. */
  readonly config: Config
  readonly isJson: boolean
  /** Whether stderr is a terminal, so that lines may be redrawn. */
  readonly isTerminal: boolean
  readonly output: Output
  readonly log: Log
}
