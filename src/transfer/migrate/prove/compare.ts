/**
 * The proof: every chunk of every table is read and hashed on each side by itself. The source says where a chunk ends,
 * the last one has no end, so a row that is too much is met too.
 */
import type { Key, KeyRange, SourceSide, TableShape } from '../../../store/index.ts'
import { ahead, checkGoingOn } from '../chunks.ts'
import { DIFFERENCES_LISTED, findDifferences } from './differences.ts'
import type { Difference, TableProof } from '../report.ts'
import type { MoveWorld } from '../request.ts'
import { TableRoot } from './roots.ts'

/** What is compared. */
export interface Compared {
  readonly from: SourceSide
  readonly to: SourceSide
  /** Copies a range that differs again; the whole table is then compared a second time. */
  readonly repair?: (shape: TableShape, range: KeyRange) => Promise<void>
}

/** What the comparison of some tables found. */
export interface Comparison {
  readonly tables: readonly TableProof[]
  readonly differences: readonly Difference[]
  readonly differenceCount: number
}

/** Compares tables. */
export async function compareTables(
  compared: Compared,
  shapes: readonly TableShape[],
  world: MoveWorld,
): Promise<Comparison> {
  const listed: Difference[] = []
  let differenceCount = 0
  const tell = (difference: Difference) => {
    differenceCount++
    if (listed.length < DIFFERENCES_LISTED) listed.push(difference)
  }
  let rowsTotal = 0
  for (const { name } of shapes) rowsTotal += (await compared.from.size(name)).rows
  let seen = 0
  const tables: TableProof[] = []
  for (const shape of shapes) {
    const onRows = (rows: number) => {
      seen += rows
      world.onProgress({ step: 'comparing', what: shape.name, rows: seen, rowsTotal })
    }
    const hearing = { signal: world.signal, tell, onRows }
    const proof = await compareTable(compared, shape, hearing)
    const { chunksAgain } = proof
    // What was copied again proves nothing until all of it is read once more, by chunks that nobody touched.
    if (chunksAgain === 0) tables.push(proof)
    else
      tables.push({
        ...(await compareTable({ from: compared.from, to: compared.to }, shape, hearing)),
        chunksAgain,
      })
  }
  return { tables, differences: listed, differenceCount }
}

interface Hearing {
  readonly signal: AbortSignal
  readonly tell: (difference: Difference) => void
  readonly onRows: (rows: number) => void
}

async function compareTable(compared: Compared, shape: TableShape, hearing: Hearing): Promise<TableProof> {
  const { from, to } = compared
  const [rootFrom, rootTo] = [new TableRoot(shape), new TableRoot(shape)]
  let chunksAgain = 0
  let after: Key | null = null
  let next = ahead(from.digest(shape.name, { after, upTo: null }))
  for (let isLast = false; !isLast;) {
    checkGoingOn(hearing.signal)
    const ours = await next
    isLast = ours.isLast
    const range: KeyRange = { after, upTo: isLast ? null : ours.last }
    if (!isLast) next = ahead(from.digest(shape.name, { after: ours.last, upTo: null }))
    const theirs = await to.digestAll(shape.name, range)
    if (ours.sha256 !== theirs.sha256) {
      if (compared.repair === undefined) await findDifferences(compared, shape, range, hearing)
      else {
        await compared.repair(shape, range)
        chunksAgain++
      }
    }
    rootFrom.add(ours)
    rootTo.add(theirs)
    hearing.onRows(ours.rows)
    after = range.upTo
  }
  const { rows, bytes, chunks } = rootFrom
  return {
    table: shape.name,
    rows,
    bytes,
    chunks,
    rootFrom: rootFrom.end(),
    rootTo: rootTo.end(),
    chunksAgain,
  }
}
