/**
 * Many workers of one run that grows like a crawl. Some are killed with SIGKILL and followed by others; some are
 * stopped with SIGSTOP until their leases ran out and others have taken over what they had in hand: then they go on,
 * and every late end of theirs must be fenced. In the end each job has had its effect exactly once.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertGrown, plant, type Growth } from '../../src/jobs/testing/crawl-like.ts'
import { createEffects, testDefinitions } from '../../src/jobs/testing/fixture.ts'
import { query, type Store } from '../../src/store/index.ts'
import { seededRandom, type Random } from '../site/index.ts'
import { startChild, type Child } from './child.ts'
import { fastClock } from './fast-clock.ts'
import { openGround, type Ground } from './ground.ts'
import { Happenings } from './happenings.ts'

/** What a storm is asked to do. */
export interface WorkStormOptions {
  readonly seed: number
  readonly kills: number
  readonly stops: number
  readonly ground: Ground
}

/** What a storm did, and what was wrong; nothing, when all is well. */
export interface WorkStormResult {
  /** Tries that ended, however. */
  readonly ends: number
  readonly kills: number
  /** Workers that were stopped with jobs in hand. */
  readonly stops: number
  /** Jobs they had in hand, each taken over by another and each late end fenced. */
  readonly takenOver: number
  readonly wrong: readonly string[]
}

/** The bound of every wait: far longer than any takes. */
const DEADLINE_MS = 60_000
const LOOK_MS = 100

const inHand = query({
  name: 'storm.inHand',
  params: { process: 'text' },
  gives: { id: 'text', epoch: 'int' },
  sql: "SELECT id, epoch FROM jobs WHERE state = 'running' AND process = :process ORDER BY id",
})

/** Runs the storm. @throws AssertionError when an effect is missing or doubled */
export async function workStorm({ seed, kills, stops, ground }: WorkStormOptions): Promise<WorkStormResult> {
  const definitions = [...testDefinitions, inHand.definition]
  await using store = await openGround(ground.db, { clock: fastClock, definitions })
  const growth: Growth = { seed: String(seed), roots: 3 * (kills + stops), depth: 4 }
  await store.commit({ commands: [createEffects({}), ...plant(growth)] })
  const crew = new Crew(ground, growth, store)
  try {
    await crew.startAll()
    await Promise.all([crew.killNow(kills, seededRandom(seed)), crew.stopNow(stops, seededRandom(seed + 1))])
    await crew.allEnded()
    await assertGrown(growth, store)
  } finally {
    crew.killAll()
  }
  return { ...crew.counts, wrong: crew.wrong }
}

interface Worker {
  readonly child: Child
  readonly process: string
  readonly fenced: Set<string>
  ending: string
}

/** Whether every thread of a process is stopped: the signal takes a moment to reach those that run. */
function isStandingStill(pid: number): boolean {
  if (process.platform !== 'linux') return true
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
      return 'TZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2))
    })
  } catch (error) {
    // A thread that ended since it was listed.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}

class Crew {
  readonly counts = { ends: 0, kills: 0, stops: 0, takenOver: 0 }
  readonly wrong: string[] = []
  readonly #ground: Ground
  readonly #growth: Growth
  readonly #store: Store
  readonly #heard = new Happenings()
  readonly #workers: Worker[] = []
  /** Not to be killed: they stand still, or their late ends are waited for. */
  readonly #spared = new Set<Worker>()

  constructor(ground: Ground, growth: Growth, store: Store) {
    this.#ground = ground
    this.#growth = growth
    this.#store = store
  }

  async startAll(): Promise<void> {
    await Promise.all(Array.from({ length: this.#ground.processes }, () => this.#start()))
    for (const { child } of this.#workers) child.tell('work')
  }

  /** Kills one worker after the other, each after some more tries ended, and starts a successor. */
  async killNow(times: number, random: Random): Promise<void> {
    for (; times > 0; times--) {
      await this.#moreEnds(10 + random.below(60))
      const victim = this.#pick(random)
      if (victim === undefined) return
      victim.child.kill('SIGKILL')
      await victim.child.ended
      this.#workers.splice(this.#workers.indexOf(victim), 1)
      this.counts.kills++
      const successor = await this.#start()
      successor.child.tell('work')
    }
  }

  /** Stops one worker after the other with jobs in hand, until others have taken these over. */
  async stopNow(times: number, random: Random): Promise<void> {
    while (this.counts.stops < times) {
      await this.#moreEnds(10 + random.below(60))
      const worker = this.#pick(random)
      if (worker === undefined) return
      this.#spared.add(worker)
      await this.#stopUntilTakenOver(worker)
      this.#spared.delete(worker)
    }
  }

  async allEnded(): Promise<void> {
    const late = setTimeout(
      () => this.wrong.push(`not drained in ${DEADLINE_MS} ms`) && this.killAll(),
      DEADLINE_MS,
    )
    for (const { child, process } of this.#workers) {
      const ended = await child.ended
      if (ended !== 0) this.wrong.push(`the worker ${process} ended with ${ended}`)
    }
    clearTimeout(late)
    for (const { ending } of this.#workers)
      if (ending !== 'drained') this.wrong.push(`a worker was ${ending}`)
  }

  killAll(): void {
    for (const { child } of this.#workers) child.kill('SIGKILL')
  }

  async #start(): Promise<Worker> {
    let process = ''
    const fenced = new Set<string>()
    const worker = { fenced, ending: 'silent' }
    const child = startChild(
      join(import.meta.dirname, 'work-run.ts'),
      [this.#ground.db, JSON.stringify(this.#growth)],
      (line) => {
        const [verb, what = '', ...job] = line.split(' ')
        if (verb === 'open') process = what
        if (verb === 'ended') worker.ending = what
        if (verb === 'end') this.counts.ends++
        if (what === 'fenced') fenced.add(job.join(' '))
        this.#heard.tell()
      },
    )
    const hasOpened = await this.#heard.until(() => process !== '', DEADLINE_MS)
    if (!hasOpened) this.wrong.push(`a worker did not open the store in ${DEADLINE_MS} ms`)
    void child.ended.then(() => this.#heard.tell())
    const started = Object.assign(worker, { child, process })
    this.#workers.push(started)
    return started
  }

  async #stopUntilTakenOver(worker: Worker): Promise<void> {
    worker.child.kill('SIGSTOP')
    // Until then it may still end what it has in hand.
    while (!worker.child.isGone && !isStandingStill(worker.child.pid))
      await this.#heard.until(() => false, LOOK_MS / 50)
    const isBlocking = (await this.#ground.holder()) === worker.child.pid
    // Whoever stands still with the lock in hand blocks all others, and nobody can take over anything.
    const jobs = isBlocking ? [] : await this.#inHandOf(worker)
    if (jobs.length > 0) await this.#takenOver(worker)
    worker.child.kill('SIGCONT')
    if (jobs.length === 0) return
    this.counts.stops++
    this.counts.takenOver += jobs.length
    // That each effect is there once is looked at in the end, whichever of the two ended the job.
    if (this.#ground.endsWhatWasSent) return
    const allFenced = await this.#heard.until(() => jobs.every((job) => worker.fenced.has(job)), DEADLINE_MS)
    if (!allFenced) this.wrong.push(`of ${jobs.join(', ')} only ${[...worker.fenced].join(', ')} were fenced`)
  }

  async #takenOver(worker: Worker): Promise<void> {
    const until = performance.now() + DEADLINE_MS
    while ((await this.#inHandOf(worker)).length > 0) {
      if (performance.now() > until) {
        this.wrong.push(`jobs of a stopped worker were not taken over in ${DEADLINE_MS} ms`)
        return
      }
      const ends = this.counts.ends
      await this.#heard.until(() => this.counts.ends > ends + 20, LOOK_MS)
    }
  }

  async #inHandOf({ process }: Worker): Promise<readonly string[]> {
    const rows = await this.#store.read(inHand({ process }), { deadlineMs: DEADLINE_MS })
    return rows.map(({ id, epoch }) => `${id} ${epoch}`)
  }

  async #moreEnds(more: number): Promise<void> {
    const enough = this.counts.ends + more
    const isOver = () => this.#workers.every(({ child }) => child.isGone)
    await this.#heard.until(() => this.counts.ends >= enough || isOver(), DEADLINE_MS)
  }

  #pick(random: Random): Worker | undefined {
    const free = this.#workers.filter((worker) => !worker.child.isGone && !this.#spared.has(worker))
    return free.length === 0 ? undefined : random.pick(free)
  }
}
