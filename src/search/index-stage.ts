/** Indexing as a job, so that a document and the promise to index it are written in one unit. */
import { ensureLane, offer, stage, type Job, type Stage } from '../jobs/index.ts'
import { MillraceError } from '../model/index.ts'
import type { Command } from '../store/index.ts'
import { indexDocuments } from './index-document.ts'

/** The kind of a job that brings one document into full text. */
export const indexKind = 'search.index'

/** Indexing needs no pace, only a bound on how many jobs one claim takes: they all end in the one writer. */
const LANE = { key: 'search', concurrency: 64, gapMs: 0 } as const

/** The lane of indexing, which is no host. */
export const INDEX_LANE = LANE.key
const ATTEMPTS_MAX = 5
/** Documents a unit: what FTS5 gains from more is little, and a unit is what others wait for. */
const TOGETHER_MAX = 64

/** One document to be indexed. */
export interface IndexOffer {
  /** Id for the job if it is new. */
  readonly id: string
  /** Id of the document. Its URL's newest version is what will be indexed. */
  readonly document: string
}

/** The commands that make the job which indexes a document, once per run and document. */
export function offerIndex(run: string, { id, document }: IndexOffer): readonly Command[] {
  const entry = { id, key: document, lane: LANE.key, input: { document } }
  return [
    ensureLane(LANE),
    offer({ run, kind: indexKind, entries: [entry], priority: 0, attemptsMax: ATTEMPTS_MAX }),
  ]
}

/** Brings one document into full text. Its jobs are not kept, because nobody asks about them once they are done. */
export const indexStage: Stage = stage({
  kind: indexKind,
  isKept: false,
  load: async (_, job) => documentOf(job),
  work: async (document) => document,
  save: (document) => [indexDocuments({ documents: [document] })],
  together: { jobsMax: TOGETHER_MAX, save: (documents) => [indexDocuments({ documents })] },
})

function documentOf(job: Job): string {
  const { document } = job.input as { readonly document?: unknown }
  if (typeof document === 'string') return document
  throw new MillraceError('Fault', `job ${job.id}: expected an input with the id of a document`)
}
