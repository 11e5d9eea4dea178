/**
 * A writer of the storm. It commits units as fast as it can, a few at once, from the number it is given on, and says of
 * each "try N" before and "ack N POSITION" or "again N POSITION" after; it looks up some of what was acknowledged. Any
 * line on stdin ends it. Arguments: path or URL, tag, first number.
 */
import { oneSource } from '../../src/store/conformance/index.ts'
import { toMillraceError } from '../../src/model/index.ts'
import { openGround } from './ground.ts'
import { rowId, stormDefinitions, unitOf } from './units.ts'

const AT_ONCE = 4
const LOOK_EVERY = 16

const [db = '', tag = '', first = '0'] = process.argv.slice(2)
const store = await openGround(db, { definitions: stormDefinitions })
const state = { next: Number(first), isToEnd: false }
process.stdin.once('data', () => {
  state.isToEnd = true
})
console.log('open')
await Promise.all(Array.from({ length: AT_ONCE }, () => commitUnits()))
await store.close()
console.log('done')
process.exit(0)

async function commitUnits(): Promise<void> {
  while (!state.isToEnd) await commitUnit(state.next++)
}

async function commitUnit(number: number): Promise<void> {
  console.log(`try ${number}`)
  try {
    const { position, repeated } = await store.commit(unitOf(tag, number))
    console.log(`${repeated ? 'again' : 'ack'} ${number} ${position}`)
    if (number % LOOK_EVERY === 0) await lookUp(number)
  } catch (error) {
    const { code, message } = toMillraceError(error)
    console.log(`wrong unit ${number} was refused: ${code} ${message}`)
    state.isToEnd = true
  }
}

async function lookUp(number: number): Promise<void> {
  const rows = await store.read(oneSource({ id: rowId(tag, number, 0) }))
  if (rows.length !== 1) console.log(`wrong unit ${number} was acknowledged and can not be read`)
}
