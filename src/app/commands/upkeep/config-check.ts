/** `config check`: what Millrace makes of flags, environment and configuration file. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { CONFIG_FILE } from '../../config/index.ts'
import type { CommandContext } from '../../context.ts'
import { databaseOf } from '../../database/database-url.ts'
import { EXIT } from '../../exit-code.ts'
import { printLine, say } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderTable } from '../../print/table.ts'
import { effectiveConfig, type Setting } from './effective-config.ts'

/**
 * Prints the effective configuration; returns the exit code. A file that is wrong was refused when it was read.
 * @throws MillraceError BadConfig for a database that can not be
 */
export async function configCheck(named: string | undefined, context: CommandContext): Promise<number> {
  databaseOf(context.db)
  const { output, isJson } = context
  const settings = effectiveConfig(context)
  const path = resolve(named ?? CONFIG_FILE)
  const file = existsSync(path) ? path : null
  if (isJson) {
    await printLine(output, JSON.stringify({ file, settings }))
    return EXIT.done
  }
  say(output, file === null ? `no ${CONFIG_FILE} here: \`millrace init\` writes one` : `${file} is sound`)
  await printLine(output, renderTable(['setting', 'value', 'from'], settings.map(cells)))
  return EXIT.done
}

const ENVIRONMENT = 'environment: DATABASE_URL'

function cells({ key, value, from, fileKey }: Setting): readonly string[] {
  const origin = from === 'file' ? `file: ${fileKey}` : from === 'environment' ? ENVIRONMENT : from
  return [plainLine(key), plainLine(textOf(value)), origin]
}

function textOf(value: unknown): string {
  if (value === null) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
