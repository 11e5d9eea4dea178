/** The unit that Millrace's sides of the benchmarks write: a guard that a job is held, a row with a body, its change row. */
import { randomBytes } from 'node:crypto'
import { newId } from '../../src/model/index.ts'
import { command, guard, insert, table, type Store } from '../../src/store/index.ts'

const bodies = table({
  name: 'raw_bodies',
  noun: 'raw body',
  key: 'sha256',
  columns: { sha256: 'text', bytes: 'int', compression: 'text', body: 'bytes' },
})
const addBody = insert(bodies)
const held = guard({
  name: 'bench.held',
  params: { id: 'text', epoch: 'int' },
  otherwise: 'the job is not held',
  sql: "SELECT 1 FROM jobs WHERE id = :id AND epoch = :epoch AND state = 'running'",
})
const addJob = command({
  name: 'bench.job',
  params: { id: 'text' },
  statements: [
    {
      sql: `INSERT INTO jobs (id, run, kind, unique_key, lane, state, priority, due_at, input, attempts, attempts_max,
          waits, crashes, crashes_alone, epoch, created_at, position)
        VALUES (:id, 'bench', 'bench', :id, 'bench', 'running', 0, 0, '{}', 0, 1, 0, 0, 0, 7, :now, :position)`,
      changes: { noun: 'job', op: 'put', id: 'id' },
    },
  ],
})

/** A store, and how one unit is written to it. */
export interface UnitWriter extends AsyncDisposable {
  readonly store: Store
  /** Resolves when the unit is durable. */
  write(): Promise<void>
}

/** What a unit is. */
export interface UnitKind {
  readonly bytes: number
  /** Default true: a job is asked for, and the unit is refused unless it is held. */
  readonly hasGuard?: boolean
}

/** Opens the database, a file or a URL, and makes the job that the guard asks for. */
export async function openUnitWriter(
  database: string,
  { bytes, hasGuard = true }: UnitKind,
): Promise<UnitWriter> {
  const store = await openDatabase(database)
  const job = newId(Date.now())
  await store.commit({ commands: [addJob({ id: job })] })
  const body = randomBytes(bytes)
  const guards = hasGuard ? [held({ id: job, epoch: 7 })] : []
  return {
    store,
    async write() {
      const row = { sha256: newId(Date.now()), bytes: body.byteLength, compression: 'none', body }
      await store.commit({ commands: [addBody(row)], guards })
    },
    [Symbol.asyncDispose]: () => store.close(),
  }
}

/** Only the driver that is needed is loaded: the other one's memory and start are not what is measured. */
async function openDatabase(database: string): Promise<Store> {
  const definitions = [addBody.definition, held.definition, addJob.definition]
  if (!/^postgres(?:ql)?:/.test(database)) {
    const { openSqlite } = await import('../../src/store/sqlite/index.ts')
    return await openSqlite({ path: database, definitions })
  }
  const { openPostgres } = await import('../../src/store/postgres/index.ts')
  return await openPostgres({ url: database, definitions })
}
