/** Jobs come into being by offers: many at once, each unique by run, kind and key. */
import { canonicalJson, type Json } from '../model/index.ts'
import { revived } from './job.ts'
import { command, query, toPortable, type Command } from '../store/index.ts'

/** One job to be. */
export interface OfferEntry {
  /** Id for the job if it is new. */
  readonly id: string
  /** What makes it unique within run and kind. */
  readonly key: string
  readonly lane: string
  readonly input: Json
}

/** Jobs of one kind for one run. */
export interface Offer {
  readonly run: string
  readonly kind: string
  readonly entries: readonly OfferEntry[]
  /**
   * Lower comes first. With `parent`, the priority is that job's own, at the instant of the commit, plus this: a parent
   * that moved forward while it ran takes its children along.
   */
  readonly priority: number
  readonly parent?: string
  readonly attemptsMax: number
  /** Not before this time, milliseconds since 1970. Default: at once. */
  readonly dueAt?: number
}

/*
 * One statement for all entries: json_each costs a third of binding each row. A known job that is offered with a lower
 * priority takes it, also when it is done, so that `priority` is always the lowest ever offered. Served by jobs_unique.
 */
const offerCommand = command({
  name: 'jobs.offer',
  params: {
    run: 'text',
    kind: 'text',
    entries: 'json',
    priority: 'int',
    parent: 'text?',
    attemptsMax: 'int',
    dueAt: 'time',
  },
  statements: [
    {
      sql: `INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts, attempts_max,
          waits, crashes, crashes_alone, epoch, created_at, position)
        SELECT value ->> 0, :run, :kind, value ->> 1, value ->> 2, iif(:dueAt > :now, 'scheduled', 'available'),
          :priority + coalesce((SELECT parent.priority FROM jobs AS parent WHERE parent.id = :parent), 0),
          :dueAt, value ->> 3, 0, :attemptsMax, 0, 0, 0, 0, :now, :position
        FROM json_each(:entries) WHERE true
        ON CONFLICT (run, kind, unique_key) DO UPDATE SET priority = excluded.priority, position = excluded.position
          WHERE excluded.priority < jobs.priority
        RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/** The command that makes the offered jobs. `changed` counts new jobs and those that moved forward. */
export function offer({ run, kind, entries, priority, parent, attemptsMax, dueAt }: Offer): Command {
  return offerCommand({
    run,
    kind,
    entries: portable(entries),
    priority,
    parent: parent ?? null,
    attemptsMax,
    dueAt: dueAt ?? 0,
  })
}

/**
 * Offers one job of `kind` for every finished job of kind `from` that this unit's earlier commands gave a lower
 * priority, with the same key: the way to hand that on to what the finished job had given rise to. An earlier one of
 * that key which is dead is tried again, or it would keep the news from going on for good.
 */
export const offerForMoved = command({
  name: 'jobs.offerForMoved',
  params: { run: 'text', from: 'text', kind: 'text', lane: 'text' },
  statements: [
    {
      // changes holds just the rows this unit wrote so far; the id is derived because SQL makes no UUIDs.
      sql: `INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts, attempts_max,
          waits, crashes, crashes_alone, epoch, created_at, position)
        SELECT moved.id || '+' || :kind, :run, :kind, moved.unique_key, :lane, 'available', 0, 0, '{}', 0, 3,
          0, 0, 0, 0, :now, :position
        FROM changes JOIN jobs AS moved ON moved.id = changes.id
        WHERE changes.position = :position AND changes.noun = 'job' AND moved.kind = :from AND moved.state = 'completed'
        ON CONFLICT (run, kind, unique_key) DO UPDATE SET ${revived} WHERE jobs.state = 'dead' RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/**
 * Makes jobs that are completed from the start: what was found to need no work, known so that no later offer makes it
 * work. A job that is already there stays as it is. `changed` counts those made.
 */
const offerSettledCommand = command({
  name: 'jobs.offerSettled',
  params: { run: 'text', kind: 'text', entries: 'json', priority: 'int' },
  statements: [
    {
      sql: `INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts, attempts_max,
          waits, crashes, crashes_alone, epoch, created_at, finished_at, position)
        SELECT value ->> 0, :run, :kind, value ->> 1, value ->> 2, 'completed', :priority, 0, value ->> 3, 0, 1,
          0, 0, 0, 0, :now, :now, :position
        FROM json_each(:entries) WHERE true
        ON CONFLICT (run, kind, unique_key) DO NOTHING RETURNING id`,
      changes: { noun: 'job', op: 'put', id: 'returning' },
    },
  ],
})

/** The command that makes jobs that are settled already. */
export function offerSettled({
  run,
  kind,
  entries,
  priority,
}: Pick<Offer, 'run' | 'kind' | 'entries' | 'priority'>): Command {
  return offerSettledCommand({ run, kind, entries: portable(entries), priority })
}

/** Of those with one key the first: one statement may not write a row twice. */
function portable(entries: readonly OfferEntry[]): readonly Json[] {
  const first = new Map<string, OfferEntry>()
  for (const entry of entries) if (!first.has(entry.key)) first.set(entry.key, entry)
  return [...first.values()].map(portableEntry)
}

/*
 * What SQL takes out of JSON as text is stored as it is: NUL and lone surrogates must be escaped before. The input is
 * itself JSON in a text, because Postgres would trip over an escape in it for NUL on the way to what stands beside it.
 */
function portableEntry({ id, key, lane, input }: OfferEntry): Json {
  return [...[id, key, lane].map(toPortable), canonicalJson(input)]
}

/** The kinds a unit's commands offer jobs of: whom to wake when it is committed. */
export function offeredKinds(commands: readonly Command[]): ReadonlySet<string> {
  const names = [offerCommand.definition.name, offerForMoved.definition.name]
  const offers = commands.filter((made) => names.includes(made.name))
  return new Set(offers.flatMap((made) => made.rows.map((row) => row['kind'] as string)))
}

/** How many jobs a run has in each state and kind. Reads every job of the run once. */
export const countJobs = query({
  name: 'jobs.count',
  params: { run: 'text' },
  gives: { kind: 'text', state: 'text', count: 'int' },
  sql: 'SELECT kind, state, count(*) FROM jobs WHERE run = :run AND in_time() GROUP BY kind, state',
})

/** How many jobs of a kind a run knows, in any state. Reads jobs_unique alone. */
export const countKnown = query({
  name: 'jobs.countKnown',
  params: { run: 'text', kind: 'text' },
  gives: { count: 'int' },
  sql: 'SELECT count(*) FROM jobs WHERE run = :run AND kind = :kind AND in_time()',
})

/** What a store must be opened with to offer and count jobs. */
export const offerDefinitions = [offerCommand, offerForMoved, offerSettledCommand, countJobs, countKnown].map(
  (made) => made.definition,
)
