/** `hosts`: what each host's lane is at: how fast it may be asked, until when it is left alone, and why. */
import {
  CRAWL_KINDS,
  DEEPEN_LANE,
  keptCrawlDelayMs,
  listRuns,
  RE_EXTRACT_LANE,
} from '../../../crawl/index.ts'
import {
  lanePlight,
  laneReport,
  laterByLane,
  WAITING_MAX,
  type LanePlight,
  type LaneRow,
} from '../../../jobs/index.ts'
import { systemClock } from '../../../model/index.ts'
import { INDEX_LANE } from '../../../search/index.ts'
import type { Reader } from '../../../store/index.ts'
import type { CommandContext } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openReader } from '../../open-store.ts'
import { printLine, say } from '../../print/output.ts'
import { plainLine } from '../../print/plain-text.ts'
import { renderTable } from '../../print/table.ts'
import { isoTime, when } from '../../print/when.ts'
import { USER_AGENT_DEFAULT } from '../crawl/crawl-options.ts'

/** Few, because each row's robots.txt is read as well. */
const CHUNK = 50
const RUNS_MAX = 100
/** Lanes that are no hosts. */
const INNER: ReadonlySet<string> = new Set([DEEPEN_LANE, INDEX_LANE, RE_EXTRACT_LANE])
const UNFINISHED = new Set(['planned', 'running', 'paused', 'stopped'])

/** One host as it is printed. */
interface Host extends LanePlight {
  readonly host: string
  /** Why the next request is not now. */
  readonly why: string
  /** In a row, up to now. */
  readonly failures: number
  /** How long the breaker was opened for; 0 when it is closed. */
  readonly penaltyMs: number
  readonly running: number
  readonly waiting: number
  readonly concurrency: number
  readonly gapMs: number
  readonly crawlDelayMs: number | null
  readonly lastError: LastError | null
}

interface LastError {
  readonly at: number
  readonly errorCode: string
  /** Of the answer that was the error; null where none came. */
  readonly status: number | null
  readonly errorMessage: string
}

/** Prints all hosts by name; returns the exit code. */
export async function hosts({ db, config, isJson, output }: CommandContext): Promise<number> {
  await using reader = await openReader(db)
  const userAgent = config.userAgent ?? USER_AGENT_DEFAULT
  let isFirst = true
  for await (const found of hostsInChunks(reader, userAgent)) {
    if (isJson) for (const host of found) await printLine(output, JSON.stringify(describe(host)))
    else if (found.length > 0) await printLine(output, render(found, isFirst))
    isFirst &&= found.length === 0
  }
  if (isFirst && !isJson) say(output, 'no hosts yet: millrace crawl https://example.org/')
  return EXIT.done
}

async function* hostsInChunks(reader: Reader, userAgent: string): AsyncGenerator<readonly Host[]> {
  const runs = (await reader.read(listRuns({ before: '~', limit: RUNS_MAX })))
    .filter(({ state }) => UNFINISHED.has(state))
    .map(({ id }) => id)
  const asked = { runs, kinds: CRAWL_KINDS }
  const later = new Map((await reader.read(laterByLane(asked))).map(({ lane, count }) => [lane, count]))
  let after = ''
  for (;;) {
    const lanes = await reader.read(laneReport({ ...asked, after, limit: CHUNK }))
    const now = systemClock.now()
    const ofHosts = lanes.filter(({ key }) => !INNER.has(key))
    yield await Promise.all(
      ofHosts.map(async (lane) => {
        const crawlDelayMs = await keptCrawlDelayMs(reader, userAgent, lane.key)
        const waiting = lane.waiting + (later.get(lane.key) ?? 0)
        return hostOf({ ...lane, waiting }, now, crawlDelayMs)
      }),
    )
    const last = lanes.at(-1)
    if (last === undefined || lanes.length < CHUNK) return
    after = last.key
  }
}

function hostOf(lane: LaneRow, now: number, crawlDelayMs: number | null): Host {
  const plight = lanePlight(lane, now)
  const { key: host, failures, penaltyMs, running, waiting, concurrency, gapMs } = lane
  const why = whyOf(lane, plight, crawlDelayMs)
  const pace = { running, waiting, concurrency, gapMs, crawlDelayMs }
  return { ...plight, host, why, failures, penaltyMs, ...pace, lastError: lastErrorOf(lane) }
}

function lastErrorOf({
  errorAt: at,
  errorCode,
  errorStatus: status,
  errorMessage,
}: LaneRow): LastError | null {
  return at === null ? null : { at, errorCode: errorCode ?? '', status, errorMessage: errorMessage ?? '' }
}

function whyOf(
  { gapMs, concurrency }: LaneRow,
  { state, breaker, reason }: LanePlight,
  delayMs: number | null,
): string {
  if (state === 'waiting') return reason ?? 'the host asked for it'
  if (breaker === 'half-open') return 'it failed, and is tried by one job at a time until it answers'
  if (state === 'full') return `${concurrency} at a time`
  if (gapMs === 0) return ''
  return delayMs === gapMs ? `Crawl-delay of robots.txt: ${gapMs} ms` : `${gapMs} ms between requests`
}

const COLUMNS = ['host', 'state', 'breaker', 'running', 'waiting', 'next request', 'why', 'last error']

function render(found: readonly Host[], isFirst: boolean): string {
  const now = systemClock.now()
  return renderTable(
    isFirst ? COLUMNS : COLUMNS.map(() => ''),
    found.map((host) => cells(host, now)),
  )
}

function cells(
  { host, state, breaker, failures, running, waiting, nextAt, why, lastError }: Host,
  now: number,
): readonly string[] {
  const next = nextAt === null ? (state === 'full' ? 'when one is done' : 'at once') : when(nextAt, now)
  const error = lastError === null ? '' : `${lastError.errorCode}, ${when(lastError.at, now)}`
  const many = waiting >= WAITING_MAX ? `${WAITING_MAX}+` : String(waiting)
  const failed = failures === 0 ? breaker : `${breaker}, ${failures} failed`
  return [plainLine(host, 60), state, failed, String(running), many, next, plainLine(why, 120), error]
}

function describe({ nextAt, reason, lastError, ...host }: Host): object {
  const error = lastError === null ? null : { ...lastError, at: isoTime(lastError.at) }
  return {
    ...host,
    nextAt: isoTime(nextAt),
    reason,
    isWaitingCapped: host.waiting >= WAITING_MAX,
    lastError: error,
  }
}
