/** An inspection of a Postgres database from the outside in: server, schema, who is at work, tables. It alters nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isMillraceError, toMillraceError } from '../../../model/index.ts'
import { failBy, type Check, type Inspection, type RegisteredProcess } from '../../finding.ts'
import { connectorOf, type Connection, type ConnectOptions } from '../connect/index.ts'
import { checkSchema } from './check-schema.ts'
import { checkConnections, checkDurability, checkServer, checkText } from './check-server.ts'
import { checkIndexes, checkPages, checkRows, checkTables } from './check-tables.ts'
import { checkLock, checkProcesses, checkTransactions } from './check-work.ts'
import { livingOf, registeredOf } from './processes.ts'
import { sessionsOf } from './sessions.ts'

/** Who asks how a server is does not want to wait until it may be. */
const RECONNECT_MS = 3_000
/** A batch or a short read is over by then; who still waits is kept. */
const LOOKS_APART_MS = 250

/** Looks at a database. @throws MillraceError NotFound where Millrace has nothing yet, and as connecting does */
export async function inspectPostgres(
  options: ConnectOptions,
  { isFull }: { readonly isFull: boolean },
): Promise<Inspection> {
  return await connected(options, async (connection, name) => {
    const schema = await checked('schema', () => checkSchema(connection, name), isNotFound)
    const isReadable = schema.status === 'ok'
    const server = [
      await checked('server', () => checkServer(connection, name)),
      await checked('durability', () => checkDurability(connection)),
      schema,
    ]
    // What else there is to say of tables that are not ours is not for us to say.
    if (!isReadable) return { checks: server, processes: [], isReadable }
    const processes = await registeredOf(connection)
    const checks = [
      ...server,
      await checked('text', () => checkText(connection)),
      ...(await checkWork(connection, processes)),
      ...(await checkContent(connection, isFull)),
    ]
    return { checks, processes, isReadable }
  })
}

/** Those of the processes with these ids that live. @throws MillraceError as connecting does */
export async function livingAmong(
  options: ConnectOptions,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  return await connected(options, (connection) => livingOf(connection, ids))
}

async function connected<T>(
  options: ConnectOptions,
  use: (connection: Connection, name: string) => Promise<T>,
): Promise<T> {
  const connector = connectorOf({ ...options, limits: { reconnectMs: RECONNECT_MS, ...options.limits } })
  try {
    return await use(await connector.connect('read'), connector.name)
  } finally {
    await connector.close()
  }
}

async function checkWork(
  connection: Connection,
  processes: readonly RegisteredProcess[],
): Promise<readonly Check[]> {
  const before = await sessionsOf(connection)
  if (before.some(({ blockedBy }) => blockedBy.length > 0)) await sleep(LOOKS_APART_MS)
  const sessions = await sessionsOf(connection)
  return [
    await checked('connections', () => checkConnections(connection, sessions)),
    checkProcesses(processes),
    checkLock(before, sessions, processes),
    checkTransactions(sessions),
  ]
}

async function checkContent(connection: Connection, isFull: boolean): Promise<readonly Check[]> {
  return [
    await checked('tables', () => checkTables(connection)),
    await checked('indexes', () => checkIndexes(connection)),
    await checked('pages', () => checkPages(connection)),
    ...(isFull ? [await checked('integrity', () => checkRows(connection))] : []),
  ]
}

function isNotFound(error: unknown): boolean {
  return isMillraceError(error, 'NotFound')
}

/** What a check throws is its finding, but for what ends the inspection. */
async function checked(
  name: string,
  make: () => Promise<Check>,
  ends: (error: unknown) => boolean = () => false,
): Promise<Check> {
  try {
    return await make()
  } catch (error) {
    if (ends(error)) throw error
    return failBy(name, toMillraceError(error))
  }
}
