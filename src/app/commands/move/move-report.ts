/** A move's or a comparison's report in words. */
import type { Difference, MoveReport, Preflight } from '../../../transfer/index.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderTable } from '../../print/table.ts'
import { isoTime } from '../../print/when.ts'
import { formatBytes, formatDuration } from '../../quantity.ts'

/** What a report is of. */
export type ReportKind = 'move' | 'comparison'

/** Said where only some tables were asked for. */
const SOME_TABLES: Readonly<Record<ReportKind, string>> = {
  move: 'only some tables were asked for: nobody can work with the target before migrate ran without --tables',
  comparison: 'only some tables were asked for',
}

/** The whole of it. */
export function describeReport(kind: ReportKind, report: MoveReport, seconds: number): string {
  const { outcome, preflight } = report
  if (outcome === 'equal') return equal(kind, report, seconds)
  if (outcome === 'different') return different(report)
  if (outcome === 'interrupted') return interrupted(report)
  return preflight === null ? outcome : describePreflight(preflight, report)
}

function equal(kind: ReportKind, report: MoveReport, seconds: number): string {
  const { from, to, tables, root, rowsCopied, lastEqual, isFinished } = report
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const took = formatDuration(seconds * 1_000)
  const rate = `${Math.round(rowsCopied / seconds)} rows/s with the proof`
  const again = tables.reduce((sum, { chunksAgain }) => sum + chunksAgain, 0)
  return [
    `equal: ${rows} rows of ${tables.length} tables, read and hashed on each side by itself`,
    `from ${plainLine(from, 200)}`,
    `to   ${plainLine(to, 200)}`,
    ...(root === null ? [] : [`root ${root}`]),
    ...(lastEqual === null ? [] : [`position ${lastEqual.position}, equal at ${isoTime(lastEqual.at)}`]),
    rowsCopied === 0 ? `in ${took}` : `${rowsCopied} rows copied before catching up, ${took}, ${rate}`,
    ...(again === 0 ? [] : [`${again} chunks differed and were copied again`]),
    ...(root === null && !isFinished ? [SOME_TABLES[kind]] : []),
  ].join('\n')
}

function different({ tables, differences, differenceCount, from, to }: MoveReport): string {
  const names = tables.filter(({ rootFrom, rootTo }) => rootFrom !== rootTo).map(({ table }) => table)
  const more = differenceCount - differences.length
  return [
    `different: ${differenceCount} values or rows of ${names.join(', ')}`,
    `from ${plainLine(from, 200)}`,
    `to   ${plainLine(to, 200)}`,
    ...differences.map(describeDifference),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n')
}

function describeDifference({ table, key, column, from, to }: Difference): string {
  const row = plainLine(`${table} ${key.join(' ')}`, 200)
  if (column === null) return `  ${row}: only on the side of --${from === null ? 'to' : 'from'}`
  return `  ${row}, ${column}: ${plainLine(String(from), 100)} became ${plainLine(String(to), 100)}`
}

function interrupted({ lastEqual, to }: MoveReport): string {
  const told =
    lastEqual === null
      ? 'the first copy is not done'
      : `last equal at ${isoTime(lastEqual.at)}, position ${lastEqual.position}`
  return `interrupted: ${told}; run the same command again, which goes on, or empty ${plainLine(to, 200)} with --undo`
}

function describePreflight(preflight: Preflight, { outcome, from, to }: MoveReport): string {
  const { tables, rows, bytes, seconds, leases, traps, trapCount, bigIntegers } = preflight
  const listed = tables.filter((table) => table.rows > 0)
  const table = renderTable(
    ['table', 'rows', 'bytes'],
    listed.map((one) => [one.table, String(one.rows), formatBytes(one.bytes)]),
  )
  return [
    `from ${plainLine(from, 200)}`,
    `to   ${plainLine(to, 200)}`,
    table,
    `${rows} rows, ${formatBytes(bytes)}, about ${formatDuration(seconds * 1_000)}`,
    ...(leases > 0 ? [`${leases} jobs are in hand; on the target they are given back`] : []),
    ...(bigIntegers > 0 ? [`${bigIntegers} integers beyond 2^53, which survive`] : []),
    ...traps.map(
      (trap) => `  ${plainLine(`${trap.table} ${trap.key.join(' ')}`, 200)}, ${trap.column}: ${trap.why}`,
    ),
    outcome === 'ready'
      ? 'nothing is in the way; nothing was written'
      : `${trapCount} values would not survive; nothing was written`,
  ].join('\n')
}
