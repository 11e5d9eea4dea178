/** `query`: one read-only SQL statement of a person. */
import { MillraceError } from '../../model/index.ts'
import { writeExport } from '../../transfer/index.ts'
import type { CommandContext } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { openReader } from '../open-store.ts'
import { SQL_FORMATS, type SqlFormat } from '../print/sql-lines.ts'
import { parseDuration } from '../quantity.ts'

/** The options as typed. */
export interface QueryFlags {
  readonly format?: string
  readonly timeout: string
}

/** Prints what the statement gives; returns the exit code. @throws MillraceError Usage, Timeout, NotFound */
export async function query(sql: string, flags: QueryFlags, context: CommandContext): Promise<number> {
  const format = formatOf(flags.format, context)
  const deadlineMs = parseDuration(flags.timeout, '--timeout', 's')
  if (deadlineMs === 0) throw new MillraceError('Usage', '--timeout: expected more than 0, got "0"')
  await using reader = await openReader(context.db)
  const lines = SQL_FORMATS[format](reader.sql(sql, { deadlineMs }))
  await writeExport(lines, { stream: context.output.stdout })
  return EXIT.done
}

function formatOf(given: string | undefined, { isJson, output }: CommandContext): SqlFormat {
  const format = given ?? (isJson || !output.isTerminal ? 'jsonl' : 'table')
  if (!isFormat(format)) {
    const known = Object.keys(SQL_FORMATS).join(', ')
    throw new MillraceError('Usage', `--format: expected one of ${known}, got "${format}"`)
  }
  if (isJson && format !== 'jsonl') {
    throw new MillraceError('Usage', `expected --json or --format ${format}, got both`)
  }
  return format
}

function isFormat(text: string): text is SqlFormat {
  return Object.hasOwn(SQL_FORMATS, text)
}
