/** `backup`, `restore` and `compact`: the store as a whole, told while it happens and summed up at its end. */
import { tidyIndex } from '../../../search/index.ts'
import { MillraceError } from '../../../model/index.ts'
import type { CopyOptions, CopyProgress, StoreCopy } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { fileOf } from '../../database/database-url.ts'
import { EXIT } from '../../exit-code.ts'
import { upkeepOf } from '../../open-store.ts'
import { printLine, say } from '../../print/output.ts'
import { stopOnSignal } from '../stop-on-signal.ts'

/** The options as typed. */
export interface BackupFlags {
  readonly to?: string
  readonly force?: boolean
}

const TELL_PERCENT = 10

/** Writes a backup; returns the exit code. @throws MillraceError as Upkeep.backup says */
export async function backup({ to, force }: BackupFlags, context: CommandContext): Promise<number> {
  if (to === undefined) throw new MillraceError('Usage', 'expected where to: --to FILE')
  const run = (options: CopyOptions) => upkeepOf(context.db).backup(fileOf(to, '--to'), options)
  return copied(run, force ?? false, 'backup', context)
}

/** Makes the database of `--to`, or `--db`, what a backup is. @throws MillraceError as Upkeep.restore says */
export async function restore(
  from: string,
  { to, force }: BackupFlags,
  context: CommandContext,
): Promise<number> {
  const run = (options: CopyOptions) => upkeepOf(to ?? context.db).restore(fileOf(from, 'restore'), options)
  return copied(run, force ?? false, 'restored', context)
}

/** Gives space back; returns the exit code. @throws MillraceError as Upkeep.compact says */
export async function compact(context: CommandContext): Promise<number> {
  const { db, isJson, output } = context
  using stop = stopOnSignal()
  const found = await upkeepOf(db).compact([{ commands: [tidyIndex({})] }], { signal: stop.signal })
  const line = `${megabytes(found.bytesBefore)} before, ${megabytes(found.bytesAfter)} after`
  if (isJson) await printLine(output, JSON.stringify(found))
  else if (!output.isQuiet) await printLine(output, line)
  return EXIT.done
}

async function copied(
  run: (options: CopyOptions) => Promise<StoreCopy>,
  isForced: boolean,
  verb: string,
  context: CommandContext,
): Promise<number> {
  const { isJson, output } = context
  const startedAt = performance.now()
  using stop = stopOnSignal()
  const copy = await run({ isForced, signal: stop.signal, onProgress: teller(context) })
  const seconds = Math.round(performance.now() - startedAt) / 1000
  if (isJson) await printLine(output, JSON.stringify({ ...copy, seconds }))
  else if (!output.isQuiet) await printLine(output, describe(copy, verb, seconds))
  return EXIT.done
}

function describe(
  { file, position, filePages, bytes, sha256, carrier }: StoreCopy,
  verb: string,
  seconds: number,
) {
  const by = carrier === null ? '' : ', carried out by the process that writes'
  return `${verb}: ${file}
position ${position}, ${filePages} database pages, ${megabytes(bytes)}, ${seconds} s${by}
sha256 ${sha256}`
}

/** Says each step once, and every tenth of the copying. */
function teller({ output, isJson }: CommandContext): (progress: CopyProgress) => void {
  const told = { line: '' }
  return ({ step, bytes, bytesTotal }) => {
    const percent = Math.floor((100 * bytes) / Math.max(1, bytesTotal) / TELL_PERCENT) * TELL_PERCENT
    const line = step === 'copying' ? `copying: ${percent} %` : step
    if (line === told.line || isJson || step === 'asking') return
    told.line = line
    say(output, line)
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
