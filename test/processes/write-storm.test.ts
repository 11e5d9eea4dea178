/** Many processes on one store, killed and stopped at seeded moments; `npm run torture` does 30 rounds and more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshFolder } from '../../src/store/conformance/index.ts'
import { freshDatabase } from '../postgres/index.ts'
import { databaseGround, fileGround } from './ground.ts'
import { Ledger, type StoredRow } from './ledger.ts'
import { writeStorm } from './write-storm.ts'

test(
  'eight processes on one file, killed and stopped, lose nothing, double nothing and never starve',
  { timeout: 200_000 },
  async (t) => {
    const { wrong, kills, stops, acknowledged } = await writeStorm({
      seed: 1,
      rounds: 5,
      ground: fileGround(freshFolder(t)),
      onRound: (line) => t.diagnostic(line),
    })
    assert.deepEqual(wrong, [])
    assert.ok(kills >= 5 && stops >= 5 && acknowledged > 800, `${kills} ${stops} ${acknowledged}`)
  },
)

test(
  'four processes on one database, killed and stopped, lose nothing, double nothing and never starve',
  { timeout: 200_000 },
  async (t) => {
    const ground = await databaseGround(await freshDatabase(t))
    t.after(() => ground.end())
    const onRound = (line: string) => t.diagnostic(line)
    const { wrong, kills, stops } = await writeStorm({ seed: 1, rounds: 2, ground, onRound })
    assert.deepEqual(wrong, [])
    assert.ok(kills >= 2 && stops >= 2, `${kills} ${stops}`)
  },
)

const row = (number: number, index: number, position: number) => ({ id: `p ${number} ${index}`, position })

test('the ledger finds what is lost, doubled, torn, out of order or never submitted', () => {
  const told = ['try 0', 'ack 0 1', 'try 1', 'ack 1 2']
  const sound = [row(0, 0, 1), row(1, 0, 2), row(1, 1, 2)]
  const wrongOf = (rows: readonly StoredRow[]) => {
    const ledger = new Ledger()
    for (const line of told) ledger.note('p', line)
    ledger.compare(ledger.snapshot(), rows)
    return ledger.wrong.length
  }
  assert.equal(wrongOf(sound), 0)
  assert.ok(wrongOf(sound.slice(0, 1)) > 0, 'lost')
  assert.ok(wrongOf(sound.slice(0, 2)) > 0, 'torn')
  assert.ok(wrongOf([...sound, row(1, 0, 3), row(1, 1, 3)]) > 0, 'doubled')
  assert.ok(wrongOf([...sound, row(2, 0, 3), row(2, 1, 3), row(2, 2, 3)]) > 0, 'never submitted')
  assert.ok(wrongOf([row(1, 0, 1), row(1, 1, 1), row(0, 0, 2)]) > 0, 'out of order')
  assert.ok(wrongOf([row(0, 0, 1), row(1, 0, 3), row(1, 1, 3)]) > 0, 'a position left out')
})
