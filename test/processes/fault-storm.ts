/**
 * Writers on one Postgres server of which each has a network of its own. A seed cuts and freezes their connections, ends
 * their sessions, kills the server, restarts it in order and takes all its connections, round after round; after each
 * the rows are held against what was said of the units.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { openPostgres } from '../../src/store/postgres/index.ts'
import { Book, bookDefinitions } from '../../src/store/postgres/testing/index.ts'
import { startFaultProxy, type FaultProxy, type PostgresServer } from '../postgres/index.ts'
import { seededRandom, type Random } from '../site/index.ts'

/** What a storm is asked to do. */
export interface FaultStormOptions {
  readonly seed: number
  readonly rounds: number
  readonly server: PostgresServer
  readonly onRound: (line: string) => void
}

const WRITERS = 3
const LIMITS = { answerMs: 3_000, idleInTransactionMs: 1_500, connectMs: 5_000, reconnectMs: 20_000 }
const COMMIT = 'COMMIT\0'

/** Runs the storm. @throws AssertionError when a unit is lost, doubled, out of order or there although it was refused */
export async function faultStorm({ seed, rounds, server, onRound }: FaultStormOptions): Promise<void> {
  const random = seededRandom(seed)
  const proxies = await Promise.all(Array.from({ length: WRITERS }, () => startFaultProxy(server)))
  const open = (proxy: FaultProxy) =>
    openPostgres({ url: proxy.url(server.url()), definitions: bookDefinitions, timeLimits: LIMITS })
  const stores = await Promise.all(proxies.map(open))
  const books = stores.map((_, index) => new Book(`w${index}-${seed}`))
  for (let round = 1; round <= rounds; round++) {
    const load = Promise.all(
      stores.map(async (store, index) => {
        for (let times = 0; times < 20; times++) await books[index]?.commit(store, 1 + random.below(8))
      }),
    )
    const fault = await strike(random, proxies, server)
    await load
    for (const proxy of proxies) proxy.thaw()
    for (const [index, store] of stores.entries()) await books[index]?.commitAgain(store)
    await told(server, async (client) => {
      for (const book of books) await book.compare(client)
    })
    const acknowledged = books.reduce((sum, book) => sum + book.acknowledged, 0)
    onRound(`round ${round}: ${fault}; ${acknowledged} units acknowledged`)
  }
  await Promise.all(stores.map((store) => store.close()))
  await Promise.all(proxies.map((proxy) => proxy.close()))
}

/** Does one thing in the midst of the load; what it was. */
async function strike(
  random: Random,
  proxies: readonly FaultProxy[],
  server: PostgresServer,
): Promise<string> {
  const proxy = random.pick(proxies)
  const moment = random.chance(0.5) ? 'before' : 'after'
  const faults: Readonly<Record<string, () => void | Promise<void>>> = {
    cut: () => proxy.cut(),
    'cut at COMMIT': () =>
      proxy.onceSeen({ direction: 'up', bytes: COMMIT, moment, act: (link) => link.cut() }),
    'frozen at COMMIT': () =>
      proxy.onceSeen({ direction: 'up', bytes: COMMIT, moment, act: (link) => link.freeze() }),
    'sessions ended': () =>
      told(server, async (client) => {
        await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name LIKE 'millrace %' AND random() < 0.5`)
      }),
    'server killed': async () => {
      await server.kill()
      await server.start()
    },
    'server restarted': async () => {
      await server.stop()
      await server.start()
    },
  }
  const name = random.pick(Object.keys(faults))
  await delay(random.below(200))
  await faults[name]?.()
  return name
}

async function told(server: PostgresServer, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: server.url() })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
