/**
 * One crash trial of `re-extract`: a crawled store is altered as an earlier extractor would have left it, and copied. In one
 * copy the pages are read again undisturbed, in the other by processes that are killed again and again; both must end alike.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededRandom, startSite } from '../site/index.ts'
import { runCommand } from '../process/index.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))

/** What a trial is asked to do. */
export interface ReExtractTrial {
  readonly seed: number
  readonly kills: number
  readonly pages: number
  /** An empty folder for the trial's files. */
  readonly folder: string
}

/** Runs the trial; resolves with how the two differ, which must be nothing, and how many kills met work in progress. */
export async function reExtractTrial({ seed, kills, pages, folder }: ReExtractTrial) {
  const [calm, killed] = [join(folder, 'calm.db'), join(folder, 'killed.db')]
  await crawlOld(calm, { seed, pages })
  await copyFile(calm, killed)
  await reExtract(calm)
  const random = seededRandom(seed)
  let hits = 0
  for (let kill = 0; kill < kills; kill++) {
    const target = Math.floor((pages * (kill + random.below(100) / 100)) / kills)
    if (await killAt(killed, target)) hits++
  }
  if (stateOf(killed) !== 'completed') await reExtract(killed)
  return { hits, differences: await compare(calm, killed) }
}

async function crawlOld(path: string, { seed, pages }: { readonly seed: number; readonly pages: number }) {
  const site = await startSite({ pages, seed, latencyMs: 0 })
  try {
    const flags = ['--allow-private', '--delay', '0', '--concurrency', '16', '--quiet']
    await succeed(['crawl', `${site.url}/`, ...flags], path)
  } finally {
    await site.close()
  }
  const db = new DatabaseSync(path)
  // Not the text and title, of which full text keeps its own account. Some stay as they are.
  db.exec("UPDATE documents SET markdown = 'as of old', extractor = 1 WHERE number % 5 > 0")
  db.close()
}

const reExtract = (path: string) => succeed(['re-extract', '--quiet'], path)

async function succeed(args: readonly string[], path: string): Promise<void> {
  const { code, stderr } = await runCommand([BIN, ...args, '--db', `sqlite:${path}`])
  if (code !== 0) throw new Error(`${args[0]} that nobody disturbed exited with ${code}: ${stderr}`)
}

/** Kills a process when so many pages of the run were read; false where it had nothing left to do by then. */
async function killAt(path: string, pages: number): Promise<boolean> {
  if (stateOf(path) === 'completed') return false
  const child = spawn(process.execPath, [BIN, 're-extract', '--quiet', '--db', `sqlite:${path}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  while (child.exitCode === null && pagesOf(path) < pages) await pause(1)
  child.kill('SIGKILL')
  await exited
  return child.signalCode === 'SIGKILL'
}

/** Read only, so that the log stays for the next process to find. */
function read(path: string, sql: string): Readonly<Record<string, unknown>>[] {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

const RUN = "FROM runs JOIN sources ON sources.id = runs.source WHERE sources.kind = 'stored'"
const pagesOf = (path: string): number => Number(read(path, `SELECT runs.pages ${RUN}`)[0]?.['pages'] ?? 0)
const stateOf = (path: string): unknown => read(path, `SELECT state ${RUN}`)[0]?.['state']

/** Everything but ids, positions and times. */
const ROWS: Readonly<Record<string, string>> = {
  'the run': `SELECT state, pages, documents, failed, skipped, bytes ${RUN}`,
  documents: `SELECT url, title, text, markdown, links, metadata, extractor, raw_sha256, extracted_from IS NULL AS fetched
    FROM documents ORDER BY url, position`,
  pages: 'SELECT id, url, status, document FROM pages ORDER BY url, position',
  'what is indexed': `SELECT documents.url, markdown FROM indexed JOIN documents USING (number) ORDER BY documents.url`,
  duplicates: 'SELECT url, cluster, members, duplicate_of FROM duplicates_latest ORDER BY url',
  'jobs left': `SELECT kind, state FROM jobs WHERE run IN (SELECT runs.id ${RUN})`,
}

async function compare(calm: string, killed: string): Promise<readonly string[]> {
  const differences = Object.entries(ROWS).flatMap(([what, sql]) => {
    const [expected, found] = [read(calm, sql), read(killed, sql)].map((rows) => JSON.stringify(rows))
    return expected === found ? [] : [`${what}: ${expected?.slice(0, 300)} against ${found?.slice(0, 300)}`]
  })
  const doctor = await runCommand([BIN, 'doctor', '--json', '--full', '--db', `sqlite:${killed}`])
  return doctor.code === 0 ? differences : [...differences, `doctor: ${doctor.stdout}`]
}
