/** Moves between stores, for tests: short to ask for, with a clock that stands still. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { systemClock } from '../../../model/index.ts'
import type { SourceSide, TargetSide } from '../../../store/index.ts'
import { openPostgresSource, openPostgresTarget } from '../../../store/postgres/index.ts'
import { openSqliteSource, openSqliteTarget } from '../../../store/sqlite/index.ts'
import { move, type MoveProgress, type MoveReport, type MoveRequest, undoMove, verify } from '../index.ts'

const AT = systemClock.now()

/** What a test may ask of a move. */
export type Asked = Partial<Pick<MoveRequest, 'isDryRun' | 'tables' | 'onProgress' | 'signal'>>

/** What happens once the move has looked at its target. */
interface Overtaking {
  readonly afterLook?: () => Promise<unknown>
}

const plain = {
  clock: { now: () => AT },
  signal: new AbortController().signal,
  tables: null,
  onProgress: () => undefined,
  isDryRun: false,
}

/** Moves one store into another, by URL. */
export async function moveStore(
  from: string,
  to: string,
  { afterLook, ...asked }: Asked & Overtaking = {},
): Promise<MoveReport> {
  const source = await sourceAt(from)
  const target = await targetAt(to)
  const look = target.look.bind(target)
  const lookAndWait = async () => {
    const found = await look()
    await afterLook?.()
    return found
  }
  try {
    return await move({ ...plain, ...asked, source, target: Object.assign(target, { look: lookAndWait }) })
  } finally {
    await target.close()
    await source.close()
  }
}

/** Compares two files. */
export async function verifyStores(from: string, to: string, asked: Asked = {}): Promise<MoveReport> {
  const [one, other] = [await sourceAt(from), await sourceAt(to)]
  try {
    return await verify({ ...plain, ...asked, from: one, to: other })
  } finally {
    await one.close()
    await other.close()
  }
}

/** Empties the target of a move. */
export async function undoStore(to: string): Promise<void> {
  const target = await targetAt(to)
  try {
    await undoMove(target)
  } finally {
    await target.close()
  }
}

/** Names of files that are not there yet. */
export function freshFiles(t: TestContext): {
  readonly from: string
  readonly to: string
  readonly more: string
} {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-move-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return { from: join(folder, 'from.db'), to: join(folder, 'to.db'), more: join(folder, 'more.db') }
}

/** Stops a move when it tells of that step and table. */
export function stoppedAt(
  step: MoveProgress['step'],
  table: string,
): Pick<MoveRequest, 'onProgress' | 'signal'> {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    onProgress(progress) {
      if (progress.step === step && progress.what === table) controller.abort()
    },
  }
}

/** Adds a lane, changes one and removes one, each with what `changes` says of it, as a unit would. */
export function changeRow(path: string, name: string): void {
  using db = new DatabaseSync(path, { timeout: 5_000 })
  const [first, last] = db
    .prepare('SELECT min(key) AS first, max(key) AS last FROM lanes')
    .all()
    .flatMap(Object.values)
  db.exec('BEGIN IMMEDIATE')
  db.exec("UPDATE counters SET value = value + 1 WHERE name = 'position'")
  const position = Number(db.prepare("SELECT value FROM counters WHERE name = 'position'").get()?.['value'])
  const note = db.prepare("INSERT INTO changes VALUES (?, 'lane', ?, ?)")
  db.prepare(
    `INSERT INTO lanes (key, concurrency, gap_ms, next_at, wait_until, position)
    VALUES (?, 1, 1, 1, 1, ?)`,
  ).run(name, position)
  note.run(position, name, 'put')
  db.prepare('UPDATE lanes SET position = ?, gap_ms = gap_ms + 1 WHERE key = ?').run(position, String(first))
  note.run(position, String(first), 'put')
  db.prepare('DELETE FROM lanes WHERE key = ?').run(String(last))
  note.run(position, String(last), 'delete')
  db.exec('COMMIT')
}

async function sourceAt(url: string): Promise<SourceSide> {
  return isServer(url) ? openPostgresSource({ url }) : openSqliteSource(url)
}

async function targetAt(url: string): Promise<TargetSide> {
  return isServer(url) ? openPostgresTarget({ url }) : openSqliteTarget(url, plain.clock)
}

function isServer(url: string): boolean {
  return url.startsWith('postgres')
}
