/** The command that goes on with a run, to be typed as it is printed. */
import type { RunLimits, Selection } from '../../crawl/index.ts'
import { DB_DEFAULT, shownDatabase } from '../database/database-url.ts'
import type { DatabaseConfig } from '../config/index.ts'
import { plainText } from './plain-text.ts'

/** What is needed of a run and its source. */
export interface CommandSubject {
  /** Of its source. */
  readonly kind: string
  readonly seeds: unknown
  readonly rules: unknown
  readonly limits: unknown
  /** Pages the run has. */
  readonly pages: number
}

/** More seeds than these came from a file, whose name is not known. */
const SEEDS_SHOWN = 5

/**
 * `millrace crawl ...` with the run's seeds, patterns and depth; `millrace re-extract ...` for a run over stored pages. A limit of pages that would leave no room for `more` is
 * raised. Flags that are not kept with a run (pace, `--allow-private`, `--no-robots`) are the caller's to repeat.
 */
export function crawlCommand(subject: CommandSubject, db: DatabaseConfig, more: number = 0): string {
  const seeds = subject.seeds as readonly string[]
  if (seeds.length === 0) return reExtractCommand(subject.rules as Selection, db)
  const { include, exclude } = subject.rules as { include: readonly string[]; exclude: readonly string[] }
  const { maxDepth, maxPages } = subject.limits as RunLimits
  const words = [
    ...(seeds.length <= SEEDS_SHOWN ? seeds : ['--from', `FILE-WITH-ITS-${seeds.length}-SEEDS`]),
    ...(subject.kind === 'html' ? [] : ['--source', subject.kind]),
    ...include.flatMap((pattern) => ['--include', pattern]),
    ...exclude.flatMap((pattern) => ['--exclude', pattern]),
    ...(maxDepth === null ? [] : ['--max-depth', String(maxDepth)]),
    ...(maxPages === null ? [] : ['--max-pages', String(Math.max(maxPages, subject.pages + more))]),
    ...databaseWords(db),
  ]
  return `millrace crawl ${words.map(quoted).join(' ')}`
}

/** A password is the caller's to put in again. */
function databaseWords({ url }: DatabaseConfig): readonly string[] {
  return url === DB_DEFAULT ? [] : ['--db', shownDatabase(url)]
}

/** `millrace re-extract ...` with the run's selection. */
function reExtractCommand({ source, run, urlPrefix }: Selection, db: DatabaseConfig): string {
  const words = [
    ...(source === null ? [] : ['--source', source]),
    ...(run === null ? [] : ['--run', run]),
    ...(urlPrefix === null ? [] : ['--url-prefix', urlPrefix]),
    ...databaseWords(db),
  ]
  return ['millrace re-extract', ...words.map(quoted)].join(' ')
}

/** Quoted for a POSIX shell where it must be. */
function quoted(word: string): string {
  const plain = plainText(word)
  return /^[\w:/.,=@%+-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", String.raw`'\''`)}'`
}
