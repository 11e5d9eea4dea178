/**
 * Millrace's side of the dedup benchmark: documents go in one unit each through the real commands, with fingerprints made
 * up; every twentieth is planted within three bits of an earlier one. Then fingerprints are looked up in the file as it is.
 */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { nearSelects } from '../../src/crawl/duplicates/near.ts'
import { SIMHASH_VERSION } from '../../src/crawl/duplicates/simhash.ts'
import { documentCommands } from '../../src/crawl/history/index.ts'
import { crawlDefinitions } from '../../src/crawl/index.ts'
import { newId } from '../../src/model/index.ts'
import { openSqlite } from '../../src/store/sqlite/index.ts'
import { seededRandom } from '../../test/site/index.ts'

const PLANTED_EVERY = 20
const AT_ONCE = 512
const LOOKUPS = 20_000

const { values } = parseArgs({
  options: { documents: { type: 'string', default: '100000' }, db: { type: 'string', default: 'dedup.db' } },
})
const documents = Number(values.documents)
const random = seededRandom(1)
type Bits = readonly [number, number, number, number]
const all: Bits[] = []
/** Pairs by index: a planted one and what it was made of. */
const planted: (readonly [number, number])[] = []

function nextBits(): Bits {
  const index = all.length
  const bits = [0, 0, 0, 0].map(() => random.below(2 ** 32)) as unknown as Bits
  if (index % PLANTED_EVERY !== PLANTED_EVERY - 1) return bits
  const origin = random.below(index)
  planted.push([index, origin])
  return flip(all[origin] as Bits, random.below(4))
}

function flip(bits: Bits, times: number): Bits {
  const flipped = [...bits]
  for (let time = 0; time < times; time++) {
    const place = random.below(128)
    flipped[place >> 5] = ((flipped[place >> 5] ?? 0) ^ (1 << (place & 31))) >>> 0
  }
  return flipped as unknown as Bits
}

function commandsOf(index: number, [a, b, c, d]: Bits) {
  const url = `https://site.test/${index}`
  const text = `text ${index}`
  const row = {
    id: newId(index),
    run: 'run',
    source: 'source',
    url,
    urlKey: url,
    canonicalUrl: null,
    title: url,
    text,
  }
  const none = { language: null, publishedAt: null, modifiedAt: null, authors: [], links: [], metadata: {} }
  const content = { markdown: text, html: null, description: null, leadImage: null, wordCount: 2 }
  const more = { categories: [], tags: [], extractedFrom: null }
  const digests = { sha256: text, rawSha256: '', extractor: 1, createdAt: index, needsJavascript: false }
  const fingerprint = { algorithm: SIMHASH_VERSION, a, b, c, d }
  return documentCommands([{ row: { ...row, ...none, ...content, ...more, ...digests }, fingerprint }])
}

const store = await openSqlite({ path: values.db, definitions: crawlDefinitions })
const startedAt = performance.now()
const caller = async () => {
  while (all.length < documents) {
    const index = all.length
    const bits = nextBits()
    all.push(bits)
    await store.commit({ commands: commandsOf(index, bits) })
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, caller))
const insertSeconds = (performance.now() - startedAt) / 1_000
await store.close()

const db = new DatabaseSync(values.db, { readOnly: true })
const near = db.prepare(`WITH self (algorithm, a, b, c, d) AS (VALUES (${SIMHASH_VERSION}, ?, ?, ?, ?))
  SELECT number, cluster FROM fingerprints WHERE number IN (${nearSelects('near.number', 'self').join(' UNION ALL ')})`)
const times: number[] = []
for (let lookup = 0; lookup < LOOKUPS; lookup++) {
  const bits = flip(all[random.below(all.length)] as Bits, random.below(4))
  const before = performance.now()
  near.all(...bits)
  times.push((performance.now() - before) * 1_000)
}
times.sort((x, y) => x - y)
const clusterOf = db.prepare(`SELECT cluster FROM fingerprints WHERE algorithm = ${SIMHASH_VERSION}
  AND a = ? AND b = ? AND c = ? AND d = ?`)
const clusterAt = (index: number) => clusterOf.get(...(all[index] as Bits))?.['cluster']
const found = planted.filter(([one, other]) => clusterAt(one) === clusterAt(other)).length
const indexBytes = db
  .prepare(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE name LIKE '%fingerprints%'`)
  .get()?.['bytes']
db.close()
process.stdout.write(
  `${JSON.stringify({
    documentsPerSecond: documents / insertSeconds,
    lookupP50Us: times[Math.floor(times.length * 0.5)],
    lookupP99Us: times[Math.floor(times.length * 0.99)],
    recall: found / planted.length,
    fileBytes: statSync(values.db).size,
    indexBytes: Number(indexBytes),
  })}\n`,
)
