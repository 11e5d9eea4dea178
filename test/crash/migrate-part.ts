/** The moves of a torture: killed 50 times in all at first, then on with fresh seeds until the time is up. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { type PostgresServer, startPostgres } from '../postgres/index.ts'
import { removeTrial } from './crash-trial.ts'
import { migrateTrial } from './migrate-trial.ts'
import type { TorturePart } from './torture-part.ts'

const KILLS_LEAST = 50

/** Kills of moves between files and into Postgres. */
export const migratePart: TorturePart = {
  name: 'migrate',
  async run({ seed: first, minutes, say }) {
    const server = await startPostgres()
    try {
      const until = performance.now() + minutes * 60_000
      let sum = 0
      for (let seed = first; sum < KILLS_LEAST || performance.now() < until; seed++) {
        const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
        const isServer = seed % 2 === 0
        const to = isServer ? await databaseOn(server, seed) : join(folder, 'to.db')
        const asked = { seed, kills: 5 + (seed % 6), rows: 200 + ((seed * 37) % 2_000) }
        const { kills, wrong } = await migrateTrial({ ...asked, from: join(folder, 'from.db'), to })
        const told = `seed ${seed}: ${asked.rows} rows a table into ${isServer ? 'Postgres' : 'a file'}, ${kills} kills`
        if (wrong.length > 0) return [`${told}: files in ${folder}`, ...wrong]
        say(`${told}: equal`)
        sum += kills
        await removeTrial(folder)
      }
      say(`${sum} kills of moves, each gone on with to an equal store`)
      return []
    } finally {
      await server.end()
    }
  },
}

async function databaseOn(server: PostgresServer, seed: number): Promise<string> {
  const client = new Client({ connectionString: server.url() })
  await client.connect()
  await client.query(`CREATE DATABASE trial_${seed} TEMPLATE template0`)
  await client.end()
  return server.url(`trial_${seed}`)
}
