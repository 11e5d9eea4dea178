/** The storms of a torture, on a file and on Postgres: thirty rounds of writers, and five runs of workers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TorturePart } from '../crash/torture-part.ts'
import { startPostgres } from '../postgres/index.ts'
import { faultStorm } from './fault-storm.ts'
import { databaseGround, fileGround, type Ground } from './ground.ts'
import { workStorm } from './work-storm.ts'
import { writeStorm } from './write-storm.ts'

const ROUNDS = 30
const RUNS = 5

/** Eight processes on one file. */
export const writersPart = writers('writers', inFolder)

/** Four on one database, of a server that syncs. */
export const postgresWritersPart = writers('postgres-writers', inDatabase)

/** Eight workers of one run, again and again. */
export const workersPart = workers('workers', inFolder)

/** Four of them on one database. */
export const postgresWorkersPart = workers('postgres-workers', inDatabase)

/** Networks that break and a server that is killed, with fresh seeds until the time is up. */
export const postgresFaultsPart: TorturePart = {
  name: 'postgres-faults',
  async run({ seed: first, minutes, say }) {
    const until = performance.now() + minutes * 60_000
    for (let seed = first; performance.now() < until; seed++) {
      const server = await startPostgres({ fsync: true })
      try {
        await faultStorm({ seed, rounds: 10, server, onRound: say })
      } catch (error) {
        return [`seed ${seed}: ${String(error)}`]
      } finally {
        await server.end()
      }
    }
    return []
  },
}

type Place = (work: (ground: Ground) => Promise<readonly string[]>) => Promise<readonly string[]>

function writers(name: string, within: Place): TorturePart {
  return {
    name,
    run: ({ seed, say }) =>
      within(async (ground) => (await writeStorm({ seed, rounds: ROUNDS, ground, onRound: say })).wrong),
  }
}

function workers(name: string, within: Place): TorturePart {
  return {
    name,
    async run({ seed, say }) {
      for (let run = 0; run < RUNS; run++) {
        const wrong = await within(async (ground) => {
          const storm = await workStorm({ seed: seed + run, kills: 5, stops: 5, ground })
          const { ends, kills, stops, takenOver } = storm
          say(
            `${ends} tries, ${kills} kills, ${stops} stops, ${takenOver} jobs taken over and their late ends fenced`,
          )
          return storm.wrong
        })
        if (wrong.length > 0) return wrong
      }
      return []
    },
  }
}

/** The folder stays when something is wrong, so that it can be looked at. */
async function inFolder(work: (ground: Ground) => Promise<readonly string[]>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
  const wrong = await work(fileGround(folder))
  if (wrong.length > 0) return [...wrong, `files in ${folder}`]
  await rm(folder, { recursive: true })
  return []
}

async function inDatabase(work: (ground: Ground) => Promise<readonly string[]>): Promise<readonly string[]> {
  const server = await startPostgres({ fsync: true })
  const ground = await databaseGround(server.url())
  try {
    return await work(ground)
  } finally {
    await ground.end()
    await server.end()
  }
}
