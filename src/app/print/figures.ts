/** The figures of processes at work, for a person: rates of the time between two looks, spreads of the last second. */
import type { Figures } from '../../observe/index.ts'
import type { PublishedFigures, WatchedStore } from '../../store/sqlite/index.ts'
import { formatBytes, formatDuration } from '../quantity.ts'
import { plainLine } from './plain-text.ts'

/** Figures that are this old are those of a process that has nothing to do, or hangs. */
const OLD_MS = 3_000

/** The lines. `before` is the look a while ago, that rates are taken from. */
export function renderFigures(watched: WatchedStore, before: WatchedStore | undefined, now: number): string {
  const blocks = watched.processes.map((one) => {
    const earlier = before?.processes.find(({ process }) => process === one.process)
    return processLines(one, earlier, now)
  })
  return [storeLine(watched), ...blocks.flat()].join('\n')
}

function storeLine({ walBytes, holders, processes }: WatchedStore): string {
  const writer = holders?.writer
  const lock =
    writer === undefined ? '' : `; write lock: ${writer === null ? 'free' : `process ${writer.pid}`}`
  const readers = holders === undefined ? '' : `; reading: ${holders.readers.length}`
  const none = processes.length === 0 ? '; no process of Millrace is at work' : ''
  return `log ${formatBytes(walBytes)}${lock}${readers}${none}`
}

function processLines(
  one: PublishedFigures,
  earlier: PublishedFigures | undefined,
  now: number,
): readonly string[] {
  const { figures } = one
  const rate = rateOf(one, earlier)
  const level = (name: string) => figures.levels[name] ?? 0
  const age = now - one.at > OLD_MS ? `   nothing new for ${formatDuration(now - one.at)}` : ''
  const outcomes = Object.keys(figures.counts).filter((name) => name.startsWith('jobs.'))
  return [
    `process ${one.pid}  ${plainLine(one.command, 80)}${age}`,
    `  writes  ${rate('write.units')} units/s in ${rate('write.transactions')} commits/s, ` +
      `queue ${level('write.queue.rows')} rows, held back ${level('write.queue.held_back')}, ` +
      `refused ${figures.counts['write.refused'] ?? 0}`,
    `  commit  ${times(figures, 'lock wait', 'write.lock_wait_ms')}; ${times(figures, 'work', 'write.work_ms')}; ` +
      times(figures, 'log and fsync', 'write.commit_ms'),
    `  reads   ${rateOfSpread(figures, 'read.run_ms')}/s; ${times(figures, 'wait', 'pool.wait_ms')}; ` +
      `${times(figures, 'run', 'read.run_ms')}; oldest ${ms(level('read.oldest_ms'))}`,
    `  loop    ${times(figures, 'late', 'loop.delay_ms')}`,
    ...(outcomes.length === 0
      ? []
      : [`  jobs    ${outcomes.map((name) => `${name.slice('jobs.'.length)} ${rate(name)}/s`).join(', ')}`]),
    ...one.notices.map(
      (notice) => `  ! ${formatDuration(now - notice.at)} ago: ${plainLine(notice.message)}`,
    ),
  ]
}

function rateOf({ at, figures }: PublishedFigures, earlier: PublishedFigures | undefined) {
  return (name: string): string => {
    if (earlier === undefined || at <= earlier.at) return '-'
    const grown = (figures.counts[name] ?? 0) - (earlier.figures.counts[name] ?? 0)
    return ((grown / (at - earlier.at)) * 1_000).toFixed(0)
  }
}

/** A spread is that of one second. */
function rateOfSpread({ spreads }: Figures, name: string): string {
  return String(spreads[name]?.count ?? 0)
}

function times({ spreads }: Figures, title: string, name: string): string {
  const { p50, p99, max } = spreads[name] ?? { p50: 0, p99: 0, max: 0 }
  return `${title} ${ms(p50)} / ${ms(p99)} / ${ms(max)}`
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`
}
