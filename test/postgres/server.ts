/** A Postgres server of a test's own: started, stopped, killed and started again on the same data and port. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findBinaries, type Binaries } from './binaries.ts'
import { guardServer } from './guard.ts'
import { killWithChildren } from './kill.ts'

/** How a server is to be. */
export interface PostgresOptions {
  /** Whether commits are synced to the disk; default false, which is quicker and survives kill -9 all the same. */
  readonly fsync?: boolean
  /** Further settings, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
  /** Default: one that is free. */
  readonly port?: number
  /** Lines of pg_hba.conf in place of "everybody with a password". */
  readonly hba?: readonly string[]
}

/** A server that runs. */
export interface PostgresServer {
  /** Of its superuser, password included; the database is "postgres" unless named. */
  url(database?: string): string
  readonly port: number
  readonly password: string
  readonly pid: number
  /** Where its data lies; its settings may be changed there and read anew with SELECT pg_reload_conf(). */
  readonly dataFolder: string
  /** Where its unix socket lies. */
  readonly socketFolder: string
  /** What it logged. */
  log(): string
  /** Ends sessions and server in order. The data stay for `start`. */
  stop(): Promise<void>
  /** SIGKILL to the server and all of its children. */
  kill(): Promise<void>
  /** Again, on the same data and port. */
  start(): Promise<void>
  /** Stops it and removes its data: for good. */
  end(): Promise<void>
}

const SUPERUSER = 'millrace'
/** After a kill every file is synced first, which on a busy disk takes its time. */
const START_MS = 150_000
const LOOK_MS = 15
/** Below the ports that the system gives to outgoing connections, which could take one while a server is down. */
const PORTS = [15_000, 30_000] as const

/** Makes and starts one. It ends with this process at the latest. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await findBinaries()
  const home = mkdtempSync(join(tmpdir(), 'millrace-postgres-'))
  if (binaries.user !== undefined) chownSync(home, binaries.user.uid, binaries.user.gid)
  const guard = guardServer(home)
  const password = randomBytes(12).toString('base64url')
  await makeData(binaries, home, password)
  const port = options.port ?? (await freePort())
  configure(home, port, options)
  const server = new Server({ binaries, home, port, password, endGuard: guard })
  await server.start()
  return server
}

interface Made {
  readonly binaries: Binaries
  readonly home: string
  readonly port: number
  readonly password: string
  readonly endGuard: () => Promise<void>
}

class Server implements PostgresServer {
  readonly port: number
  readonly password: string
  readonly dataFolder: string
  readonly socketFolder: string
  readonly #made: Made
  #child: ChildProcess | undefined

  constructor(made: Made) {
    this.#made = made
    this.port = made.port
    this.password = made.password
    this.socketFolder = made.home
    this.dataFolder = dataOf(made.home)
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the server does not run')
    return this.#child.pid
  }

  url(database: string = 'postgres'): string {
    return `postgres://${SUPERUSER}:${this.password}@127.0.0.1:${this.port}/${database}`
  }

  log(): string {
    return readFileSync(logOf(this.#made.home), 'utf8')
  }

  async start(): Promise<void> {
    const { binaries, home } = this.#made
    const log = openSync(logOf(home), 'a')
    const child = spawn(binaries.postgres, ['-D', this.dataFolder], {
      ...binaries.user,
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    child.unref()
    this.#child = child
    for (let waitedMs = 0; !this.#isReady(child); waitedMs += LOOK_MS) {
      if (child.exitCode !== null || waitedMs > START_MS) throw new Error(`no server:\n${this.log()}`)
      await sleep(LOOK_MS)
    }
  }

  async stop(): Promise<void> {
    await this.#ended((child) => child.kill('SIGINT'))
  }

  async kill(): Promise<void> {
    await this.#ended((child) => killWithChildren(child.pid ?? 0))
  }

  async end(): Promise<void> {
    await this.stop()
    await this.#made.endGuard()
  }

  /** The eighth line of the server's pid file says so (miscadmin.h), and is written after the file is another's no more. */
  #isReady(child: ChildProcess): boolean {
    try {
      const lines = readFileSync(join(this.dataFolder, 'postmaster.pid'), 'utf8').split('\n')
      return Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready'
    } catch {
      // Not there yet.
      return false
    }
  }

  async #ended(end: (child: ChildProcess) => void): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const exit = once(child, 'exit')
    end(child)
    await exit
  }
}

async function makeData({ initdb, user }: Binaries, home: string, password: string): Promise<void> {
  const passwordFile = join(home, 'password')
  writeFileSync(passwordFile, password)
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid)
  // An order of words that is not that of bytes, as most servers have it: who forgets COLLATE "C" is found out.
  const order = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
  const login = ['--username', SUPERUSER, '--auth=scram-sha-256', '--pwfile', passwordFile]
  const rest = ['--encoding=UTF8', '--no-sync', '--no-instructions']
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' }
  await promisify(execFile)(initdb, ['-D', dataOf(home), ...order, ...login, ...rest], { ...user, env })
}

function configure(home: string, port: number, { fsync = false, settings, hba }: PostgresOptions): void {
  const all: Readonly<Record<string, string>> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    max_connections: '200',
    fsync: fsync ? 'on' : 'off',
    lc_messages: 'C',
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
  // The file is there already, with the owner it must have.
  writeFileSync(join(dataOf(home), 'postgresql.auto.conf'), lines.join(''))
  if (hba !== undefined) writeFileSync(join(dataOf(home), 'pg_hba.conf'), `${hba.join('\n')}\n`)
}

/** A port that nobody has, and that the system gives to nobody by itself. */
export async function freePort(): Promise<number> {
  const server = createServer()
  for (;;) {
    const port = randomInt(...PORTS)
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    } catch {
      // Somebody has it.
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}

function dataOf(home: string): string {
  return join(home, 'data')
}

function logOf(home: string): string {
  return join(home, 'log')
}
