/**
 * The entry of every benchmark: `node bench/run.ts NAME [--json]`. Each NAME runs Millrace and its peers as whole
 * processes in one go, so the figures share a machine, a moment and a set of settings.
 */
import { parseArgs } from 'node:util'

import { commitBench } from './commit.ts'
import { commitPostgresBench } from './commit-postgres.ts'
import { contentBench } from './content.ts'
import { crawlBench } from './crawl.ts'
import { dedupBench } from './dedup.ts'
import { describeMachine } from './rig/machine.ts'
import { migrateBench } from './migrate.ts'
import { poolBench } from './pool.ts'
import { processesBench } from './processes.ts'
import { resumeBench } from './resume.ts'
import { printReport } from './rig/report.ts'
import type { Report } from './rig/report.ts'
import type { Settings } from './rig/settings.ts'
import { wordpressBench } from './wordpress.ts'

const BENCHES: Readonly<Record<string, (settings: Settings) => Promise<Report>>> = {
  commit: (settings) => (settings.db === 'postgres' ? commitPostgresBench(settings) : commitBench(settings)),
  content: contentBench,
  crawl: crawlBench,
  dedup: dedupBench,
  migrate: migrateBench,
  pool: poolBench,
  processes: processesBench,
  resume: resumeBench,
  wordpress: wordpressBench,
}

const USAGE = `usage: node bench/run.ts ${Object.keys(BENCHES).join('|')} [options]
  --json             print one JSON document instead of a table
  --rounds N         rounds of each side; figures are medians (default 5)
  --only A,B         run these sides only
  --db sqlite|postgres   commit, crawl: what Millrace writes to, and beside whom (default sqlite)
  --dir FOLDER       where databases and datasets go (default the system's temporary folder; not a RAM disk)
  --corpus FOLDER    crawl: HTML to serve, content: to extract (default /usr/share/doc/postgresql-doc-15/html)
  --articles FOLDER  content: article pages with known bodies (default $MILLRACE_ARTICLES, else none)
  --start PATH       crawl: page to start at (default /index.html)
  --concurrency N    crawl: requests at once (default 32)
  --bytes N          commit, processes: bytes of one unit's body (default 1000)
  --units N          commit: units to write; wordpress: posts to read (default 100000)
  --rows N           migrate: rows of the file (default 5000000)
  --callers N        commit: callers that wait for Millrace at once (default 256)`

const EXIT_USAGE = 64
const EXIT_INTERRUPTED = 75

function readSettings(): { name: string | undefined; isJson: boolean; settings: Settings } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      db: { type: 'string', default: 'sqlite' },
      dir: { type: 'string' },
      corpus: { type: 'string', default: '/usr/share/doc/postgresql-doc-15/html' },
      articles: { type: 'string' },
      start: { type: 'string', default: '/index.html' },
      concurrency: { type: 'string', default: '32' },
      bytes: { type: 'string', default: '1000' },
      units: { type: 'string', default: '100000' },
      callers: { type: 'string', default: '256' },
      rows: { type: 'string', default: '5000000' },
    },
  })
  const { rounds, concurrency, bytes, units, callers, rows } = values
  const numbers = counts({ rounds, concurrency, bytes, units, callers, rows })
  const db = oneOf('db', values.db, ['sqlite', 'postgres'] as const)
  const settings = { ...numbers, db, only: values.only?.split(','), dir: values.dir, corpus: values.corpus }
  const articles = values.articles ?? process.env['MILLRACE_ARTICLES']
  return {
    name: positionals[0],
    isJson: values.json,
    settings: { ...settings, start: values.start, articles },
  }
}

function oneOf<const Word extends string>(name: string, given: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === given)
  if (word === undefined) throw new RangeError(`--${name} must be one of ${words.join(', ')}, got ${given}`)
  return word
}

function counts<Name extends string>(texts: Record<Name, string>): Record<Name, number> {
  const entries = Object.entries<string>(texts).map(([name, text]) => {
    if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--${name} must be a positive integer, got ${text}`)
    return [name, Number(text)]
  })
  return Object.fromEntries(entries) as Record<Name, number>
}

// Sides run in process groups of their own; an exit by way of process.exit is what ends them along with us.
process.once('SIGINT', () => process.exit(EXIT_INTERRUPTED))
process.once('SIGTERM', () => process.exit(EXIT_INTERRUPTED))

const { name, isJson, settings } = readSettings()
const bench = BENCHES[name ?? '']
if (bench === undefined) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = EXIT_USAGE
} else {
  const report = { ...(await bench(settings)), machine: describeMachine() }
  if (isJson) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else printReport(report)
}
