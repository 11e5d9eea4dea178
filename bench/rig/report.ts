/** What a benchmark found, and how it is shown to a person. */

/** One side's figures: medians over the rounds, named as the table's columns. Null where it has none. */
export interface SideReport {
  readonly name: string
  readonly figures: Readonly<Record<string, number | null>>
  /** The main figure of each round, so that a reader sees the spread. */
  readonly rounds: readonly number[]
}

/** A whole benchmark. The ratios say how many times the main figure of a peer Millrace has. */
export interface Report {
  readonly name: string
  /** The column that ratios compare. */
  readonly mainFigure: string
  readonly settings: Readonly<Record<string, string | number>>
  readonly versions: Readonly<Record<string, string>>
  readonly machine?: Readonly<Record<string, string | number>>
  readonly sides: readonly SideReport[]
  readonly ratios: Readonly<Record<string, number>>
  /** What makes the figures incomparable or needs to be known beside them. */
  readonly notes: readonly string[]
}

/** The middle value; the mean of the middle two for an even count. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (upper === undefined || lower === undefined) throw new RangeError('median needs at least one value')
  return (upper + lower) / 2
}

/** How many times a peer's main figure the side `ours` has; empty where `ours` did not run. */
export function ratiosOf(
  sides: readonly SideReport[],
  mainFigure: string,
  ours: string,
): Record<string, number> {
  const own = sides.find((side) => side.name === ours)?.figures[mainFigure]
  const peers = sides.filter((side) => side.name !== ours)
  if (own === undefined || own === null) return {}
  return Object.fromEntries(peers.map((peer) => [peer.name, own / (peer.figures[mainFigure] ?? Number.NaN)]))
}

/** Prints a report as a table with what it was measured on. */
export function printReport(report: Report): void {
  const columns = [...new Set(report.sides.flatMap((side) => Object.keys(side.figures)))]
  const rows = report.sides.map((side) => [
    side.name,
    ...columns.map((column) => readable(side.figures[column] ?? null)),
    ratioText(report.ratios[side.name]),
    side.rounds.map(readable).join(' '),
  ])
  const lines = [
    `${report.name}: medians of ${report.settings['rounds']} rounds`,
    '',
    ...table([['side', ...columns, 'ratio', `${report.mainFigure} by round`], ...rows]),
    '',
    ...report.notes.map((note) => `note: ${note}`),
    `settings: ${listed(report.settings)}`,
    `versions: ${listed(report.versions)}`,
    `machine: ${listed(report.machine ?? {})}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function readable(value: number | null): string {
  if (value === null) return '-'
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0
  return value.toLocaleString('en', { maximumFractionDigits: Number.isInteger(value) ? 0 : digits })
}

function ratioText(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${readable(ratio)}x`
}

function listed(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => {
    const cells = row.map((cell, column) => pad(cell, column, widths[column] ?? 0))
    return cells.join('  ').trimEnd()
  })
}

function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}
