/**
 * Power loss: a script is run by the real store while strace writes down what it does to its files; then the power is
 * cut at seeded moments on paper, and each disk that may be found there is opened. Every unit that had been
 * acknowledged as power-safe by then must be there, and of the others a suffix may be missing and nothing else.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'
import { seededRandom, type Random } from '../site/index.ts'
import { find, toldBy } from './check.ts'
import { diskEvents, LOG_OPTIONS, type DiskEvent } from './disk-log.ts'
import { DiskModel } from './disk-model.ts'
import { scriptOf, type Script, type ScriptSize } from './script.ts'
import { trace } from './strace.ts'

/** What is run and how often the power goes. */
export interface PowerTrial {
  readonly seed: number
  readonly size: ScriptSize
  readonly images: number
  /** Which sync of a thread fails, from 1; half of the power losses are then soon after it. Default: none. */
  readonly failingSync?: number
}

/** What came of it. */
export interface PowerResult {
  readonly images: number
  /** Units acknowledged as power-safe, over all images: what was at stake. */
  readonly atStake: number
  readonly faults: readonly string[]
}

/** Scripts by what they try: much at once, rows over many pages, and much that may be lost before what may not. */
export const POWER_SIZES: readonly ScriptSize[] = [
  { steps: 12, unitsMax: 4, rowsMax: 4, bytesMax: 5_000, crashSafe: 0.4 },
  { steps: 10, unitsMax: 2, rowsMax: 2, bytesMax: 60_000, crashSafe: 0.2 },
  { steps: 24, unitsMax: 1, rowsMax: 3, bytesMax: 3_000, crashSafe: 0.7 },
]

const DEADLINE_MS = 60_000
/** Until about the next checkpoint has mended what can be mended. */
const AFTERMATH_EVENTS = 80
/** Each so many images are opened by the store itself too. */
const STORE_EVERY = 10

/** Runs the trial. */
export async function powerTrial(trial: PowerTrial): Promise<PowerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-power-'))
  const script = scriptOf('second', trial.seed, trial.size)
  const events = await record(join(folder, 'run'), trial)
  const result = { images: 0, atStake: 0, faults: [] as string[] }
  const random = seededRandom(trial.seed)
  const moments = Array.from({ length: trial.images }, () => momentIn(events, random)).sort((a, b) => a - b)
  const model = new DiskModel(join(folder, 'run'))
  const said: string[] = []
  let at = 0
  for (const moment of moments) {
    for (; at < moment; at++) {
      const event = events[at] as DiskEvent
      model.apply(event)
      if (event.does === 'say') said.push(event.line)
    }
    const image = layOut(join(folder, String(result.images++)), model, random)
    const faults = await look(image, { script, said, byStore: result.images % STORE_EVERY === 0 })
    result.atStake += durableBy(script, said).length
    result.faults.push(...faults.map((fault) => `seed ${trial.seed}, event ${moment}, ${image}: ${fault}`))
    if (faults.length === 0) rmSync(join(folder, String(result.images - 1)), { recursive: true })
  }
  if (result.faults.length === 0) rmSync(folder, { recursive: true })
  return result
}

function momentIn(events: readonly DiskEvent[], random: Random): number {
  const failed = events.findIndex((event) => event.does === 'sync' && event.isFailed)
  if (failed < 0 || random.chance(0.5)) return random.below(events.length + 1)
  return Math.min(events.length, failed + random.below(AFTERMATH_EVENTS))
}

async function record(
  folder: string,
  { seed, size, failingSync }: PowerTrial,
): Promise<readonly DiskEvent[]> {
  mkdirSync(folder)
  const log = join(folder, '..', 'log')
  const child = join(import.meta.dirname, 'script-child.ts')
  const args = [child, join(folder, 'a.db'), 'second', String(seed), JSON.stringify(size)]
  const options = failingSync === undefined ? [] : ['-e', `inject=fsync:error=EIO:when=${failingSync}`]
  const { code, signal, stderr } = await trace(['-o', log, ...LOG_OPTIONS, ...options], args, DEADLINE_MS)
  if (code !== 0) throw new Error(`the recorded run ended with ${code ?? signal}: ${stderr}`)
  return diskEvents(readFileSync(log, 'latin1'))
}

function layOut(folder: string, model: DiskModel, random: Random): string {
  mkdirSync(folder)
  for (const [path, content] of model.image(random)) writeFileSync(join(folder, basename(path)), content)
  return join(folder, 'a.db')
}

interface Expected {
  readonly script: Script
  readonly said: readonly string[]
  readonly byStore: boolean
}

async function look(path: string, { script, said, byStore }: Expected): Promise<readonly string[]> {
  try {
    if (byStore) await (await openSqlite({ path, definitions: conformanceDefinitions })).close()
    const { positions, faults } = find(path, script)
    const lost = durableBy(script, said).filter((id) => !positions.has(id))
    const sorted = [...positions.values()].sort((a, b) => a - b)
    const hasGap = sorted.some((position, at) => position !== at + 1)
    return [
      ...faults,
      ...lost.map((id) => `${id} was acknowledged as power-safe and is gone`),
      ...(hasGap ? [`more than a suffix is missing: positions ${sorted.join()}`] : []),
    ]
  } catch (error) {
    return [`it can not be opened: ${String(error)}`]
  }
}

function durableBy(script: Script, said: readonly string[]): readonly string[] {
  const { acked } = toldBy(said)
  return script
    .flat()
    .flatMap(({ id, durability }) => (durability === 'power-safe' && acked.has(id) ? [id] : []))
}
