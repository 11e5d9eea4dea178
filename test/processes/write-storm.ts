/**
 * Many processes that write one store, round after round. In each a seed chooses who is killed with SIGKILL, and who is
 * stopped with SIGSTOP for a while, the holder of the write lock among them; a killed one is followed by another that
 * sends again what was not acknowledged. After each round the store is held against what the writers said.
 */
import { join } from 'node:path'
import type { Store } from '../../src/store/index.ts'
import { seededRandom, type Random } from '../site/index.ts'
import { startChild, type Child } from './child.ts'
import { openGround, type Ground } from './ground.ts'
import { Happenings } from './happenings.ts'
import { Ledger } from './ledger.ts'
import { rowsAfter, stormDefinitions } from './units.ts'

/** What a storm is asked to do. */
export interface StormOptions {
  readonly seed: number
  readonly rounds: number
  readonly ground: Ground
  readonly onRound?: (line: string) => void
}

/** What a storm did, and what was wrong; nothing, when all is well. */
export interface StormResult {
  readonly acknowledged: number
  readonly kills: number
  readonly stops: number
  /** Stops that hit whoever held the write lock. */
  readonly holdersStopped: number
  /** Units that were sent again and were known. */
  readonly repeated: number
  readonly wrong: readonly string[]
}

/** After every round each writer has this many more units acknowledged: nobody starves. */
const SHARE = 20
/** The bound of every wait: far longer than any takes, and longer than the store waits for its lock. */
const DEADLINE_MS = 60_000
/** How long it is tried to meet whoever holds the lock, and how often it is looked. */
const MEET_MS = 300
const LOOK_MS = 2

/** Runs the storm. */
export async function writeStorm(options: StormOptions): Promise<StormResult> {
  const { ground } = options
  await using store = await openGround(ground.db, { definitions: stormDefinitions })
  const fleet = new Fleet(ground)
  const random = seededRandom(options.seed)
  try {
    await fleet.startAll()
    for (let round = 1; round <= options.rounds && fleet.wrong.length === 0; round++) {
      await playRound(fleet, random)
      await compare(fleet, store)
      fleet.wrong.push(...(await ground.damage(store)))
      options.onRound?.(`round ${round}: ${fleet.summary}`)
    }
    await fleet.endAll()
    await compare(fleet, store)
    fleet.ledger.compareEnd()
    await compareCounts(fleet, store)
    return {
      ...fleet.counts,
      acknowledged: fleet.ledger.acknowledged(),
      repeated: fleet.ledger.repeated,
      wrong: fleet.wrong,
    }
  } finally {
    fleet.killAll()
  }
}

async function playRound(fleet: Fleet, random: Random): Promise<void> {
  const slots = [...fleet.tags]
  const take = () => slots.splice(random.below(slots.length), 1)[0] ?? ''
  const after = () => 1 + random.below(40)
  const kills = Array.from({ length: 1 + random.below(2) }, () =>
    fleet.killAfter(take(), after(), random.chance(0.7)),
  )
  const stops = Array.from({ length: 1 + random.below(2) }, () => fleet.stopAfter(take(), after()))
  await Promise.all([...kills, ...stops, fleet.stopHolderAfter(after())])
  await fleet.share()
}

async function compare({ ledger, counts }: Fleet, store: Store): Promise<void> {
  const before = ledger.snapshot()
  const rows = await store.read(rowsAfter({ after: ledger.position }), { deadlineMs: DEADLINE_MS })
  ledger.compare(before, rows)
  const lost = await store.lostProcesses()
  counts.lost += lost.length
  for (const { id } of lost) await store.forgetProcess(id)
  if (counts.lost !== counts.kills) ledger.wrong.push(`${counts.kills} killed, ${counts.lost} found lost`)
}

/** No row was moved behind the reader's back, and the change table names each once. */
async function compareCounts({ ledger }: Fleet, store: Store): Promise<void> {
  const all = await store.read(rowsAfter({ after: 0 }), { deadlineMs: DEADLINE_MS })
  const positions = new Set(all.map((row) => row.position))
  if (positions.size !== ledger.acknowledged()) ledger.wrong.push(`${positions.size} positions in the end`)
  for await (const { rows } of store.sql('SELECT count(*) FROM changes', { deadlineMs: DEADLINE_MS })) {
    if (rows[0]?.[0] !== all.length)
      ledger.wrong.push(`${String(rows[0]?.[0])} changes of ${all.length} rows`)
  }
}

class Fleet {
  readonly ledger = new Ledger()
  readonly counts = { kills: 0, stops: 0, holdersStopped: 0, lost: 0 }
  readonly tags: readonly string[]
  readonly #ground: Ground
  readonly #heard = new Happenings()
  readonly #children = new Map<string, Child>()
  readonly #open = new Set<Child>()
  readonly #stopped = new Set<Child>()

  constructor(ground: Ground) {
    this.#ground = ground
    this.tags = Array.from({ length: ground.processes }, (_, index) => `p${index}`)
  }

  get wrong(): string[] {
    return this.ledger.wrong
  }

  get summary(): string {
    const { kills, stops, holdersStopped } = this.counts
    const acknowledged = this.ledger.acknowledged()
    return `${acknowledged} units acknowledged, ${kills} kills, ${stops} stops (${holdersStopped} of the lock's holder), ${this.ledger.repeated} sent again`
  }

  async startAll(): Promise<void> {
    await Promise.all(this.tags.map((tag) => this.#start(tag)))
  }

  /** Kills a writer when it has so many more units acknowledged, at best within a commit; starts its successor. */
  async killAfter(tag: string, units: number, isWithinCommit: boolean): Promise<void> {
    await this.#acknowledgedMore([tag], units)
    const child = this.#childOf(tag)
    if (isWithinCommit) await this.#metHolder((holder) => holder === child)
    child.kill('SIGKILL')
    await child.ended
    this.counts.kills++
    await this.#start(tag)
  }

  /** Stops a writer when it has so many more, until the others have as many more again, or are blocked by it. */
  async stopAfter(tag: string, units: number): Promise<void> {
    await this.#acknowledgedMore([tag], units)
    await this.#stopWhile(this.#childOf(tag), units)
  }

  /** Stops whoever holds the lock, seen at some moment after so many more units. */
  async stopHolderAfter(units: number): Promise<void> {
    await this.#acknowledgedMore(this.tags, units)
    const holder = await this.#metHolder(() => true)
    if (holder === undefined) return
    await this.#stopWhile(holder, units)
  }

  /** Waits until every writer has its share. */
  async share(): Promise<void> {
    await Promise.all(this.tags.map((tag) => this.#acknowledgedMore([tag], SHARE)))
  }

  async endAll(): Promise<void> {
    const children = [...this.#children.values()]
    for (const child of children) child.tell('end')
    for (const ended of await Promise.all(children.map((child) => child.ended))) {
      if (ended !== 0) this.wrong.push(`a writer ended with ${ended}`)
    }
  }

  killAll(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL')
  }

  async #start(tag: string): Promise<void> {
    const first = String(this.ledger.firstOpen(tag))
    const child = startChild(
      join(import.meta.dirname, 'write-units.ts'),
      [this.#ground.db, tag, first],
      (line) => {
        if (line === 'open') this.#open.add(child)
        this.ledger.note(tag, line)
        this.#heard.tell()
      },
    )
    this.#children.set(tag, child)
    const hasOpened = await this.#heard.until(() => this.#open.has(child), DEADLINE_MS)
    if (!hasOpened) this.wrong.push(`${tag} did not open the store in ${DEADLINE_MS} ms`)
  }

  async #stopWhile(child: Child, units: number): Promise<void> {
    if (this.#stopped.has(child) || child.isGone) return
    this.#stopped.add(child)
    child.kill('SIGSTOP')
    this.counts.stops++
    const isBlocking = (await this.#ground.holder()) === child.pid
    if (isBlocking) this.counts.holdersStopped++
    const enough = this.ledger.acknowledged() + units
    await this.#heard.until(
      () => this.ledger.acknowledged() >= enough,
      isBlocking ? this.#ground.blockedMs : DEADLINE_MS,
    )
    child.kill('SIGCONT')
    this.#stopped.delete(child)
  }

  async #acknowledgedMore(tags: readonly string[], units: number): Promise<void> {
    const count = () => tags.reduce((sum, tag) => sum + this.ledger.acknowledged(tag), 0)
    const enough = count() + units
    const isMet = await this.#heard.until(() => count() >= enough || this.wrong.length > 0, DEADLINE_MS)
    if (!isMet) this.wrong.push(`${tags.join(' ')} starved: ${units} more units took over ${DEADLINE_MS} ms`)
  }

  /** A child that has the lock, if one is seen that is wanted. */
  async #metHolder(isWanted: (child: Child) => boolean): Promise<Child | undefined> {
    for (const until = performance.now() + MEET_MS; performance.now() < until;) {
      const pid = await this.#ground.holder()
      const holder = [...this.#children.values()].find((child) => child.pid === pid)
      if (holder !== undefined && isWanted(holder)) return holder
      await this.#heard.until(() => false, LOOK_MS)
    }
    return undefined
  }

  #childOf(tag: string): Child {
    return this.#children.get(tag) as Child
  }
}
