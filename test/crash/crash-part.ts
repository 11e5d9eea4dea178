/** The crash trials of a torture: one after the other with fresh seeds, until the time is up or one fails. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crashTrial, removeTrial, type TrialOptions, type TrialResult } from './crash-trial.ts'
import { freshDatabase, startPostgres } from '../postgres/index.ts'
import type { TortureOptions, TorturePart } from './torture-part.ts'

/** Kills of whole crawls into a file. */
export const crashPart: TorturePart = {
  name: 'crash',
  run: ({ seed, minutes, say }) => crashes({ seed, minutes, say }, (options) => crashTrial(options)),
}

/** The same into Postgres, with a server that syncs. */
export const postgresCrashPart: TorturePart = {
  name: 'postgres-crash',
  async run({ seed, minutes, say }) {
    const server = await startPostgres({ fsync: true })
    try {
      return await crashes({ seed, minutes, say }, (options) => databaseTrial(options, server.url()))
    } finally {
      await server.end()
    }
  },
}

/** A trial on two databases of their own. */
async function databaseTrial(options: TrialOptions, server: string): Promise<TrialResult> {
  const ends: (() => Promise<void>)[] = []
  const fresh = () => freshDatabase({ after: (end) => ends.push(end as () => Promise<void>) }, server)
  const result = await crashTrial({ ...options, databases: [await fresh(), await fresh()] })
  for (const end of ends) await end()
  return result
}

async function crashes(
  { seed: first, minutes, say }: Pick<TortureOptions, 'seed' | 'minutes' | 'say'>,
  trial: (options: TrialOptions) => Promise<TrialResult>,
): Promise<readonly string[]> {
  const until = performance.now() + minutes * 60_000
  const sum = { trials: 0, kills: 0, refetched: 0 }
  for (let seed = first; performance.now() < until; seed++) {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-torture-'))
    const options = { seed, kills: 5 + (seed % 20), pages: 60 + ((seed * 37) % 240), folder }
    const { kills, refetched, refetchedMax, differences } = await trial(options)
    const told = `seed ${seed}: ${options.pages} pages, ${kills} kills, ${refetched} fetched again`
    if (differences.length > 0 || refetched > refetchedMax)
      return [`${told}: files in ${folder}`, ...differences]
    say(`${told}: same dataset`)
    sum.trials++
    sum.kills += kills
    sum.refetched += refetched
    await removeTrial(folder)
  }
  say(
    `${sum.trials} crawls, ${sum.kills} kills, ${sum.refetched} pages fetched again, nothing lost or doubled`,
  )
  return []
}
