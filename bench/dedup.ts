/**
 * The dedup benchmark: how fast documents go in while near duplicates are looked for, and how long one look takes among
 * many. Each side is a number of documents.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { fileSystemOf, runtimeVersions } from './rig/machine.ts'
import { median } from './rig/report.ts'
import type { Report, SideReport } from './rig/report.ts'
import { chooseSides, inTurns } from './rig/settings.ts'
import type { Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  readonly documents: number
}

/** What the child prints as one line of JSON. */
interface Result {
  readonly documentsPerSecond: number
  readonly lookupP50Us: number
  readonly lookupP99Us: number
  /** Share of planted pairs that are in one cluster. */
  readonly recall: number
  readonly fileBytes: number
  readonly indexBytes: number
}

const SIDES: readonly Side[] = [
  { name: '100000-documents', documents: 100_000 },
  { name: '1000000-documents', documents: 1_000_000 },
]
const MAIN_FIGURE = 'lookup p50 us'
const SCRIPT = fileURLToPath(new URL('sides/millrace-dedup.ts', import.meta.url))

/** Fills a file of each size and looks fingerprints up in it. */
export async function dedupBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  const root = await mkdtemp(join(settings.dir ?? tmpdir(), 'bench-dedup-'))
  try {
    const results = await inTurns(sides, settings.rounds, (side) => dedupOnce(side, root))
    return {
      name: 'dedup',
      mainFigure: MAIN_FIGURE,
      settings: { rounds: settings.rounds, fileSystem: await fileSystemOf(root) },
      versions: runtimeVersions(),
      sides: sides.map((side) => summarise(side.name, results.get(side.name) ?? [])),
      ratios: {},
      notes: [
        'every twentieth document lies within three bits of an earlier one; each goes in by a unit of its own',
      ],
    }
  } finally {
    await rm(root, { recursive: true })
  }
}

async function dedupOnce({ name, documents }: Side, root: string): Promise<Result> {
  const folder = await mkdtemp(join(root, `${name}-`))
  const args = [SCRIPT, '--documents', String(documents), '--db', join(folder, 'x.db')]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  await rm(folder, { recursive: true })
  return JSON.parse(stdout) as Result
}

function summarise(name: string, results: readonly Result[]): SideReport {
  const middle = (pick: (result: Result) => number) => median(results.map(pick))
  const figures = {
    [MAIN_FIGURE]: middle((result) => result.lookupP50Us),
    'lookup p99 us': middle((result) => result.lookupP99Us),
    'documents/s': middle((result) => result.documentsPerSecond),
    recall: middle((result) => result.recall),
    'file MB': middle((result) => result.fileBytes / 1e6),
    'of it fingerprints': middle((result) => result.indexBytes / 1e6),
  }
  return { name, figures, rounds: results.map((result) => result.lookupP50Us) }
}
