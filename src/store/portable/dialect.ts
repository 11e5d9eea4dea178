/** How the backends write a parameter, and which type Postgres knows a codec by. */
import type { Codec } from '../codec.ts'

/** Whose SQL it is. */
export type Dialect = 'sqlite' | 'postgres'

const PARAMETER = /'[^']*'|::[a-z]\w*|:([a-zA-Z]\w*)/g

/** The text with each `:name` outside of quotes replaced; `::type` is a cast and stays. */
export function replaceParameters(text: string, replacement: (name: string) => string): string {
  return text.replace(PARAMETER, (found, name: string | undefined) =>
    name === undefined ? found : replacement(name),
  )
}

/** The text without INDEXED BY: a hint to SQLite's planner, which Postgres does not read and does not need. */
export function withoutHints(text: string): string {
  return text.replace(/\sINDEXED BY \w+/g, '')
}

/** The n-th placeholder of Postgres, counted from 0. Its type is said, since Postgres can not always tell. */
export function numbered(index: number, codec: Codec | undefined): string {
  return `$${index + 1}::${postgresType(codec ?? 'int')}`
}

/** The type of a column of that codec on Postgres. */
export function postgresType(codec: Codec): 'text' | 'bigint' | 'float8' | 'bytea' {
  switch (codec.replace('?', '')) {
    case 'text':
    case 'json':
      return 'text'
    case 'real':
      return 'float8'
    case 'bytes':
      return 'bytea'
    default:
      return 'bigint'
  }
}
