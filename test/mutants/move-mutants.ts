/** Deliberate bugs in moving a store: copying, catching up, comparing, what is kept of a move, and taking it back. */
import type { Mutant } from './mutant.ts'

const MOVE = ['src/transfer/migrate/move.test.ts']
const VERIFY = ['src/transfer/migrate/verify.test.ts']
const COMPARE = 'src/transfer/migrate/prove/compare.ts'
const READER = 'src/store/sqlite/tables/table-reader.ts'
const MOVE_TABLE = 'src/store/sqlite/tables/move-table.ts'

/** The list. */
export const moveMutants: readonly Mutant[] = [
  {
    name: 'compared-with-itself',
    breaks: 'each side is read by itself',
    file: COMPARE,
    find: 'await to.digestAll(',
    replace: 'await from.digestAll(',
    tests: VERIFY,
    only: 'flipped bit in a file',
  },
  {
    name: 'last-chunk-ends',
    breaks: 'a row after the last one is met too',
    file: COMPARE,
    find: 'upTo: isLast ? null : ours.last',
    replace: 'upTo: ours.last',
    tests: VERIFY,
    only: 'one after the last',
  },
  {
    name: 'last-chunk-not-copied',
    breaks: 'every row is copied',
    file: 'src/transfer/migrate/chunks.ts',
    find: '    yield chunk\n    if (isLast) return',
    replace: '    if (isLast && chunk.rows < 100) return\n    yield chunk\n    if (isLast) return',
    tests: MOVE,
    only: 'every row of every table',
  },
  {
    name: 'not-caught-up',
    breaks: 'what changes tells of is copied row by row',
    file: 'src/transfer/migrate/copy/catch-up.ts',
    find: 'for (const [noun, ids] of touched.ids) {',
    replace: 'for (const [noun, ids] of touched.ids) {\n    if (noun !== "") continue',
    tests: MOVE,
    only: 'row by row',
  },
  {
    name: 'difference-not-copied-again',
    breaks: 'what changes does not tell of is moved too',
    file: COMPARE,
    find: 'await compared.repair(shape, range)',
    replace: '',
    tests: MOVE,
    only: 'does not tell of',
  },
  {
    name: 'view-left-open',
    breaks: 'every read sees the newest state',
    file: READER,
    find: '      this.#letGo()\n',
    replace: '',
    tests: MOVE,
    only: 'does not tell of',
  },
  {
    name: 'repaired-text-believed',
    breaks: 'a text that is not UTF-8 is another one than what it is shown as',
    file: READER,
    find: 'if (value.includes(REPLACEMENT)) throw',
    replace: 'if (value === REPLACEMENT.repeat(3)) throw',
    tests: VERIFY,
    only: 'read alike',
  },
  {
    name: 'mark-apart-from-rows',
    breaks: 'how far a move is is committed with the rows',
    file: 'src/store/sqlite/tables/target-thread.ts',
    find: '        keepMark(db, mark)',
    replace: "        db.exec('COMMIT; BEGIN IMMEDIATE')\n        keepMark(db, mark)",
    tests: ['src/store/sqlite/tables/target.test.ts'],
  },
  {
    name: 'mark-apart-from-rows-on-postgres',
    breaks: 'how far a move is is committed with the rows',
    file: 'src/store/postgres/tables/target.ts',
    find: 'for (const change of changes) await this.#applyOne(change)',
    replace:
      "for (const change of changes) await this.#applyOne(change)\n      await this.#writer.run({ text: 'COMMIT; BEGIN READ WRITE' })",
    tests: ['src/store/postgres/tables/target.test.ts'],
  },
  {
    name: 'half-moved-opened',
    breaks: 'nobody works on a target before its move is finished',
    file: 'src/store/sqlite/writer/write-connection.ts',
    find: '      refuseUnfinishedMove(db)\n',
    replace: '',
    tests: MOVE,
    only: 'in the middle of a move',
  },
  {
    name: 'worked-with-taken-back',
    breaks: 'a target that was worked with is left as it is',
    file: MOVE_TABLE,
    find: 'if (found !== position) throw',
    replace: 'if (found === null) throw',
    tests: MOVE,
    only: 'worked with since',
  },
  {
    name: 'undo-leaves-rows',
    breaks: 'an undone target is empty',
    file: 'src/store/sqlite/tables/put-back.ts',
    find: 'else db.exec(`DELETE FROM ${quoted(name)}`)',
    replace: "else if (name !== 'sources') db.exec(`DELETE FROM ${quoted(name)}`)",
    tests: MOVE,
    only: 'undone',
  },
  {
    name: 'sequence-not-set',
    breaks: 'new rows get numbers above those that came',
    file: 'src/store/postgres/tables/put-back.ts',
    find: 'greatest(${highest}, 1)',
    replace: '1::bigint',
    tests: VERIFY,
    only: 'numbers new rows',
  },
  {
    name: 'full-text-not-made',
    breaks: 'search finds the same on the other side',
    file: 'src/store/sqlite/tables/target.ts',
    find: "while (await call('derive')) signal.throwIfAborted()",
    replace: 'signal.throwIfAborted()',
    tests: MOVE,
    only: 'full text',
  },
]
