/**
 * The recall stage: what earlier runs of the source knew is offered again, some URLs a job in the order of their keys,
 * each at the depth it had. The job that goes on with the rest is made in the unit that offers these, so a run that is
 * killed anywhere offers each URL once.
 */
import type { Clock } from '../../model/index.ts'
import { stage, type Stage } from '../../jobs/index.ts'
import { offerFinds, offerRecall, PAGE_KIND, RECALL_KIND, type Pace } from '../frontier.ts'
import { knownUrls } from '../history/index.ts'
import type { CompiledScope } from '../scope/index.ts'

/** URLs a job looks at: a unit of so many takes some milliseconds. */
const URLS_MAX = 500

/** What the recall stage of one run needs. */
export interface RecallStageOptions {
  readonly clock: Clock
  readonly run: string
  readonly source: string
  readonly scope: CompiledScope
  readonly pace: Pace
  /** URLs a job looks at. Default 500. */
  readonly urlsMax?: number
}

interface Recalled {
  readonly byDepth: ReadonlyMap<number, readonly string[]>
  /** Where the next job goes on; null: nowhere. */
  readonly next: string | null
}

/** The stage of RECALL_KIND jobs. They fetch nothing. */
export function recallStage(options: RecallStageOptions): Stage {
  const { clock, run, source, scope, pace, urlsMax: limit = URLS_MAX } = options
  return stage<Recalled, Recalled>({
    kind: RECALL_KIND,
    isKept: false,
    async load(reader, job) {
      const known = await reader.read(knownUrls({ source, kind: PAGE_KIND, after: job.uniqueKey, limit }))
      const recalled = known.filter(({ urlKey, isRecalled }) => isRecalled && scope.inScope(urlKey))
      const groups = Map.groupBy(recalled, ({ depth }) => depth)
      const byDepth = new Map([...groups].map(([depth, urls]) => [depth, urls.map(({ urlKey }) => urlKey)]))
      return { byDepth, next: known.length < limit ? null : (known.at(-1)?.urlKey ?? null) }
    },
    work: (recalled) => Promise.resolve(recalled),
    save({ byDepth, next }) {
      const now = clock.now()
      return [
        ...[...byDepth].flatMap(([depth, urls]) =>
          offerFinds({ run, kind: PAGE_KIND, urls, depth, pace }, now),
        ),
        ...(next === null ? [] : [offerRecall({ run, after: next }, now)]),
      ]
    },
  })
}
