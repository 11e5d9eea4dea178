/** The version of this package, read from its one place. */
import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

/** For example '0.1.0'. */
export const VERSION: string = version
