/**
 * The migrate benchmark: a file moved to Postgres and proven equal, beside pgloader, which copies its tables and looks no
 * further. Both write to one server, each into an empty database.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { fileSystemOf, programVersion, runtimeVersions } from './rig/machine.ts'
import { measure, type Command, type Measured } from './rig/measure.ts'
import { makeMillraceFile } from './rig/millrace-file.ts'
import { startBenchServer } from './rig/postgres.ts'
import { median, ratiosOf, type Report, type SideReport } from './rig/report.ts'
import { chooseSides, inTurns, type Settings } from './rig/settings.ts'

interface Task {
  readonly file: string
  readonly database: string
  readonly folder: string
}

interface Side {
  readonly name: string
  command(task: Task): Promise<Command>
}

interface Result {
  readonly measured: Measured
  readonly serverSeconds: number
  /** Rows of the tables in the target. */
  readonly moved: number
}

const MAIN_FIGURE = 'rows/s'
const PGLOADER = '/usr/bin/pgloader'
/** With its defaults pgloader 3.6.7 of Debian, whose heap is 1 GB, runs out of it at five million rows. */
const PGLOADER_WITH = 'prefetch rows = 10000'
const TABLES = ['jobs', 'pages', 'documents']
const COUNT = `SELECT ${TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ')}`

const SIDES: readonly Side[] = [
  {
    name: 'millrace',
    command: async ({ file, database }) => {
      const program = fileURLToPath(new URL('../bin/millrace.js', import.meta.url))
      const sides = ['--from', `sqlite:${file}`, '--to', database]
      return { program: process.execPath, args: [program, 'migrate', ...sides, '--json', '--quiet'] }
    },
  },
  {
    name: 'pgloader',
    command: async ({ file, database, folder }) => {
      const load = join(folder, 'load')
      const tables = TABLES.map((table) => `'${table}'`).join(', ')
      await writeFile(
        load,
        `load database from sqlite://${file} into ${database}\nwith ${PGLOADER_WITH}\nincluding only table names like ${tables};\n`,
      )
      return { program: PGLOADER, args: ['--root-dir', folder, load] }
    },
  },
]

/** Moves one file with every side. */
export async function migrateBench(settings: Settings): Promise<Report> {
  const sides = chooseSides(SIDES, settings.only)
  const root = await mkdtemp(join(settings.dir ?? tmpdir(), 'bench-migrate-'))
  await using server = await startBenchServer()
  try {
    const file = join(root, 'x.db')
    await makeMillraceFile(file, settings.rows)
    const once = async (side: Side): Promise<Result> => {
      const folder = await mkdtemp(join(root, `${side.name}-`))
      const database = await server.freshDatabase()
      const cpuAtStart = server.cpuSeconds()
      const measured = await measure(await side.command({ file, database, folder }))
      const serverSeconds = server.cpuSeconds() - cpuAtStart
      const moved = Number(await server.ask(database, COUNT))
      await server.dropDatabase(database)
      return { measured, serverSeconds, moved }
    }
    const results = await inTurns(sides, settings.rounds, once)
    const reports = sides.map((side) => summarise(side.name, results.get(side.name) ?? [], settings.rows))
    const { rounds, rows } = settings
    return {
      name: 'migrate',
      mainFigure: MAIN_FIGURE,
      settings: { rounds, rows, fileSystem: await fileSystemOf(root) },
      versions: {
        ...runtimeVersions(),
        postgres: server.version,
        pgloader: await programVersion(PGLOADER, ['--version']),
      },
      sides: reports,
      ratios: ratiosOf(reports, MAIN_FIGURE, 'millrace'),
      notes: [
        'of ten rows six are jobs, three pages, one a document',
        `pgloader with ${PGLOADER_WITH}: its default of 100000 exhausts its heap of 1 GB`,
        'millrace proves by digests of both sides that they are equal; pgloader compares nothing',
      ],
    }
  } finally {
    await rm(root, { recursive: true })
  }
}

function summarise(name: string, results: readonly Result[], rows: number): SideReport {
  const of = (figure: (result: Result) => number) => median(results.map(figure))
  const rates = results.map(({ measured }) => rows / measured.seconds)
  const figures = {
    rows: of(({ moved }) => moved),
    [MAIN_FIGURE]: median(rates),
    seconds: of(({ measured }) => measured.seconds),
    'peak RSS MB': of(({ measured }) => measured.peakRssMb),
    'CPU s': of(({ measured }) => measured.cpuSeconds ?? Number.NaN),
    'server CPU s': of(({ serverSeconds }) => serverSeconds),
  }
  return { name, figures, rounds: rates }
}
