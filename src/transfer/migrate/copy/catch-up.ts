/**
 * Catching up: what `changes` says was touched since the copied position is copied again row by row, until nobody
 * writes to the source any more. What `changes` does not tell of is found by the comparison that follows.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError } from '../../../model/index.ts'
import { type AppliedRows, type SourceSide, type Touched, TRACKED } from '../../../store/index.ts'
import { checkGoingOn } from '../chunks.ts'
import type { Sides } from './copy-tables.ts'
import { type KeptMark, type Mark, writeMark } from '../mark.ts'
import type { MoveWorld } from '../request.ts'

const CHANGES_AT_ONCE = 2_000
/** Rows of one read, and of one transaction of the target: they may be raw bodies. */
const IDS_AT_ONCE = 64
const LOOK_MS = 1_000
/** A process that is there and has written nothing for so long is taken to be idle. */
const IDLE_MS = 10_000

/** Catches up until the source stands still. */
export async function catchUp(sides: Sides, kept: KeptMark, world: MoveWorld): Promise<void> {
  const { source, target } = sides
  let stillSince = world.clock.now()
  for (;;) {
    checkGoingOn(world.signal)
    const touched = await touchedAfter(source, kept.mark.position)
    const lag = touched.position - kept.mark.position
    world.onProgress({ step: 'catching up', what: 'changes', rows: 0, rowsTotal: 0, lag })
    if (lag > 0) {
      await target.loosen()
      await applyTouched(sides, touched, kept.mark, world)
      const reached = { ...kept.mark, position: touched.position }
      await target.apply([], writeMark(reached))
      kept.mark = reached
      stillSince = world.clock.now()
      continue
    }
    const now = world.clock.now()
    kept.mark = { ...kept.mark, lastEqual: { position: kept.mark.position, at: now } }
    const isIdle = now - stillSince >= IDLE_MS
    if (isIdle || (await source.writers()) === 0) return
    await sleep(LOOK_MS, undefined, { signal: world.signal }).catch(() => undefined)
  }
}

/** Where changes were pruned before they were read, everything is left to the comparison. */
async function touchedAfter(source: SourceSide, position: number): Promise<Touched> {
  try {
    return await source.touchedAfter(position, CHANGES_AT_ONCE)
  } catch (error) {
    if (!isMillraceError(error, 'PositionTooOld')) throw error
    return { position: await source.position(), ids: new Map() }
  }
}

/** Rows as they are now, or gone: applied twice, it is the same. */
async function applyTouched(sides: Sides, touched: Touched, mark: Mark, world: MoveWorld): Promise<void> {
  const { source, target } = sides
  for (const [noun, ids] of touched.ids) {
    const tracked = TRACKED[noun]
    if (tracked === undefined || mark.copied[tracked.table]?.isDone !== true) continue
    const { table, column } = tracked
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      checkGoingOn(world.signal)
      const some = ids.slice(from, from + IDS_AT_ONCE)
      const rows = await source.readIds(table, column, some)
      const change: AppliedRows = { table, replaces: { column, ids: some }, rows }
      await target.apply([change], writeMark(mark))
    }
  }
}
