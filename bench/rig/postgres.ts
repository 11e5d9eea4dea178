/** A Postgres server of the benchmark's own: default settings, fsync on, a fresh database for each side and round. */
import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { startPostgres } from '../../test/postgres/index.ts'

/** A server that runs. */
export interface BenchServer extends AsyncDisposable {
  readonly version: string
  /** The URL of a new, empty database; what other sides left to be written is on the disk by then. */
  freshDatabase(): Promise<string>
  dropDatabase(url: string): Promise<void>
  /** The first value of the first row. */
  ask(url: string, sql: string): Promise<string>
  /** User and system time of all its processes so far, of those that ended too, in seconds. */
  cpuSeconds(): number
}

/** Of the clock in /proc (proc(5)); the same on every Linux there is. */
const TICKS_A_SECOND = 100

/** Starts one; it ends with this process at the latest. */
export async function startBenchServer(): Promise<BenchServer> {
  const server = await startPostgres({ fsync: true })
  const version = await tell(server.url(), 'SHOW server_version')
  let databases = 0
  return {
    version,
    async freshDatabase() {
      const name = `bench_${++databases}`
      await tell(server.url(), `CREATE DATABASE ${name} TEMPLATE template0`)
      await tell(server.url(), 'CHECKPOINT')
      return server.url(name)
    },
    async dropDatabase(url) {
      await tell(server.url(), `DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
    },
    ask: tell,
    cpuSeconds: () => ticksOf(server.pid) / TICKS_A_SECOND,
    [Symbol.asyncDispose]: () => server.end(),
  }
}

async function tell(url: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' })
    return rows[0]?.[0] ?? ''
  } finally {
    await client.end()
  }
}

/** utime, stime and those of awaited children of a process, and the first two of its living children. */
function ticksOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  const own = timesOf(pid)
  return own.reduce((sum, one) => sum + one, 0) + children.reduce((sum, child) => sum + livingTicks(child), 0)
}

function livingTicks(pid: string): number {
  try {
    const [user = 0, system = 0] = timesOf(pid)
    return user + system
  } catch (error) {
    // A session that ended since it was listed is now among the awaited ones, a moment later.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

function timesOf(pid: number | string): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name, in brackets, may hold spaces; the state follows it.
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
}
