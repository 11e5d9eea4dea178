/** The deepen stage: a page that turned out to be nearer to a seed hands its smaller depth on to what it links to. */
import type { Clock } from '../../model/index.ts'
import { stage, type Stage } from '../../jobs/index.ts'
import { query } from '../../store/index.ts'
import { DEEPEN_KIND, offerFinds, PAGE_KIND, type Pace } from '../frontier.ts'
import { redirectLoop } from './redirect.ts'
import type { CompiledScope } from '../scope/index.ts'

const leadsOf = query({
  name: 'frontier.leads',
  params: { run: 'text', urlKey: 'text' },
  gives: { job: 'text', input: 'json', redirectTo: 'text?', links: 'json?' },
  sql: `SELECT jobs.id, jobs.input, pages.redirect_to, documents.links
    FROM jobs JOIN pages ON pages.run = jobs.run AND pages.url_key = jobs.unique_key
      LEFT JOIN documents ON documents.id = pages.document
    WHERE jobs.run = :run AND jobs.kind = '${PAGE_KIND}' AND jobs.unique_key = :urlKey`,
})

/** What the deepen stage of one run needs. */
export interface DeepenStageOptions {
  readonly clock: Clock
  readonly run: string
  readonly scope: CompiledScope
  readonly pace: Pace
}

interface Leads {
  readonly parent: string
  readonly urls: readonly string[]
  readonly depth: number
}

/** The stage of DEEPEN_KIND jobs. They fetch nothing. */
export function deepenStage({ clock, run, scope, pace }: DeepenStageOptions): Stage {
  return stage<Leads | undefined, Leads | undefined>({
    kind: DEEPEN_KIND,
    isKept: false,
    async load(reader, job) {
      const [row] = await reader.read(leadsOf({ run, urlKey: job.uniqueKey }))
      if (row === undefined) return undefined
      const { job: parent, input, redirectTo, links } = row
      // A redirect that was not followed is not followed from here either.
      if (redirectLoop({ input, uniqueKey: job.uniqueKey }, redirectTo) !== null) return undefined
      if (redirectTo !== null) return { parent, urls: [redirectTo], depth: 0 }
      return { parent, urls: (links ?? []) as readonly string[], depth: 1 }
    },
    work: (leads) => Promise.resolve(leads),
    save(leads) {
      if (leads === undefined) return []
      const urls = leads.urls.filter((url) => scope.inScope(url))
      return offerFinds({ run, kind: PAGE_KIND, pace, ...leads, urls }, clock.now())
    },
  })
}

/** What a store must be opened with for this stage. */
export const deepenDefinitions = [leadsOf.definition]
