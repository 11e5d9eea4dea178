/** What a writer of the storm commits: numbered units of several rows, each of which demands the one before it. */
import { addSource, kindIs, source } from '../../src/store/conformance/declared.ts'
import { conformanceDefinitions } from '../../src/store/conformance/index.ts'
import { query, type Unit } from '../../src/store/index.ts'

/** How many rows unit `number` has. */
export function rowsOf(number: number): number {
  return 1 + (number % 4)
}

/** The id of a row; of its three parts tag, number and row only the tag is text. */
export function rowId(tag: string, number: number, row: number): string {
  return `${tag} ${number} ${row}`
}

/** Unit `number` of a writer: it has a key, and is refused unless the unit before it is there. */
export function unitOf(tag: string, number: number): Unit {
  const ids = Array.from({ length: rowsOf(number) }, (_, row) => rowId(tag, number, row))
  return {
    key: `${tag} ${number}`,
    guards: number === 0 ? [] : [kindIs({ id: rowId(tag, number - 1, 0), kind: 'site' })],
    commands: ids.map((id) => addSource(source(id, { kind: 'site' }))),
  }
}

/** The rows written after a position, in commit order. */
export const rowsAfter = query({
  name: 'storm.rowsAfter',
  params: { after: 'int' },
  gives: { id: 'text', position: 'int' },
  sql: 'SELECT id, position FROM sources WHERE position > :after ORDER BY position, id',
})

/** What a store must be opened with. */
export const stormDefinitions = [...conformanceDefinitions, rowsAfter.definition]
