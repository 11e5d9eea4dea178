/** The content benchmark: how many pages a second become documents, and how well articles are told from what is beside them. */
import { fileURLToPath } from 'node:url'

import type { Extracted } from './rig/extract.ts'
import { packageVersion, runtimeVersions } from './rig/machine.ts'
import { measure } from './rig/measure.ts'
import { median, ratiosOf } from './rig/report.ts'
import type { Report, SideReport } from './rig/report.ts'
import { chooseSides, inTurns } from './rig/settings.ts'
import type { Settings } from './rig/settings.ts'

interface Side {
  readonly name: string
  readonly script: string
  readonly args: readonly string[]
}

const MAIN_FIGURE = 'manual pages/s'

/** The peer would take minutes for the whole manual. */
const PEER_EVERY = 10

const SIDES: readonly Side[] = [
  { name: 'millrace', script: 'sides/millrace-content.ts', args: ['--threads', '1'] },
  { name: 'millrace-2-threads', script: 'sides/millrace-content.ts', args: ['--threads', '2'] },
  { name: 'readability', script: 'peers/readability-content.mjs', args: ['--every', String(PEER_EVERY)] },
]

/** Extracts a manual and, where they are given, articles with every side. */
export async function contentBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  const results = await inTurns(sides, settings.rounds, (side) => extractOnce(side, settings))
  const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? []))
  const { rounds, corpus, articles } = settings
  return {
    name: 'content',
    mainFigure: MAIN_FIGURE,
    settings: { rounds, corpus, articles: articles ?? 'none' },
    versions: {
      ...runtimeVersions(),
      '@mozilla/readability': await packageVersion('@mozilla/readability'),
      'happy-dom': await packageVersion('happy-dom'),
    },
    sides: reports,
    ratios: ratiosOf(reports, MAIN_FIGURE, 'millrace'),
    notes: [
      'from bytes in memory to text; millrace decodes any charset and makes markdown and facts as well, its peer text and title',
      `readability reads every ${PEER_EVERY}th page of the manual`,
      'pages/s are of the first pass of a fresh process, compiling included',
      ...(articles === undefined ? ['no --articles: F1 was not measured'] : []),
    ],
  }
}

async function extractOnce(side: Side, { corpus, articles }: Settings): Promise<Extracted> {
  const script = fileURLToPath(new URL(side.script, import.meta.url))
  const given = ['--corpus', corpus, ...(articles === undefined ? [] : ['--articles', articles])]
  const { stdout } = await measure({ program: process.execPath, args: [script, ...side.args, ...given] })
  return JSON.parse(stdout.trim()) as Extracted
}

function summarise(name: string, results: readonly Extracted[]): SideReport {
  const middle = (figure: (result: Extracted) => number | null) => {
    const values = results.map(figure).filter((value) => value !== null)
    return values.length === 0 ? null : median(values)
  }
  const figures = {
    [MAIN_FIGURE]: middle((result) => result.manualPagesPerSecond),
    'manual MB/s': middle((result) => result.manualMbPerSecond),
    'manual CPU ms/page': middle((result) => result.manualCpuMsPerPage),
    'article pages/s': middle((result) => result.articlePagesPerSecond),
    'article MB/s': middle((result) => result.articleMbPerSecond),
    F1: middle((result) => result.f1),
  }
  return { name, figures, rounds: results.map((result) => result.manualPagesPerSecond) }
}
