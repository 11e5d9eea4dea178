/** Two stores on one place at once: in one process, or in two. Neither knows of the other but by what is stored. */
import assert from 'node:assert/strict'
import { isMillraceError } from '../../model/index.ts'
import type { Change, Store } from '../contract.ts'
import type { AnotherStore } from './another.ts'
import type { Bench, Cases } from './bench.ts'
import {
  addNewSource,
  addSource,
  allSources,
  kindIs,
  oneSource,
  putBody,
  putSource,
  source,
  takeBody,
} from './declared.ts'
import { trapTexts } from './trap-texts.ts'

/** What a case gets: two stores on one place, and the way to a third. */
interface Pair {
  readonly one: Store
  readonly other: AnotherStore
  readonly bench: Bench
}

/** The cases, with the second store opened by `openOther`. */
export function togetherCases(openOther: (bench: Bench) => Promise<AnotherStore>): Cases {
  const withPair = (body: (pair: Pair) => Promise<void>) => async (bench: Bench) => {
    await using one = await bench.open()
    await using other = await openOther(bench)
    await body({ one, other, bench })
  }
  const cases = Object.entries(pairs).map(([sentence, body]) => [sentence, withPair(body)] as const)
  return {
    ...Object.fromEntries(cases),
    async 'an empty place opened by several at once becomes one store'(bench) {
      const opened = await Promise.all([bench.open(), openOther(bench), bench.open(), openOther(bench)])
      try {
        const commits = opened.map((store, n) => store.commit({ commands: [addSource(source(`s${n}`))] }))
        const positions = (await Promise.all(commits)).map((receipt) => receipt.position)
        assert.equal(new Set(positions).size, 4)
        assert.equal(new Set(opened.map((store) => store.process)).size, 4)
        for (const store of opened) assert.equal((await store.read(allSources({}))).length, 4)
      } finally {
        await Promise.all(opened.map((store) => store.close()))
      }
    },
  }
}

const pairs: Readonly<Record<string, (pair: Pair) => Promise<void>>> = {
  async 'each sees at once what the other was acknowledged'({ one, other }) {
    for (let n = 0; n < 25; n++) {
      for (const [writer, reader] of [
        [one, other],
        [other, one],
      ] as const) {
        const kind = `${n} ${writer.process}`
        const { position } = await writer.commit({ commands: [putSource(source('a', { kind }))] })
        assert.equal((await reader.read(oneSource({ id: 'a' })))[0]?.kind, kind)
        assert.equal(await reader.position(), position)
      }
    }
  },

  async 'positions are unique, and in the order of the calls of each'({ one, other }) {
    const [ofOne, ofOther] = await Promise.all([writeAtOnce(one, 'one'), writeAtOnce(other, 'other')])
    for (const positions of [ofOne, ofOther]) {
      assert.deepEqual(positions, positions.toSorted(ascending))
    }
    const all = new Set([...ofOne, ...ofOther])
    assert.equal(all.size, 300)
    assert.equal(await one.position(), Math.max(...all))
    const rows = await one.read(allSources({}))
    for (const [tag, positions] of [
      ['one', ofOne],
      ['other', ofOther],
    ] as const) {
      const stored = new Map(rows.map((row) => [row.id, row.position]))
      assert.deepEqual(
        positions.map((_, n) => stored.get(`${tag} ${n}`)),
        positions,
      )
    }
  },

  async 'an increment under a guard is never lost'({ one, other }) {
    await one.commit({ commands: [addSource(source('count', { kind: '0' }))] })
    await Promise.all([addAll(one), addAll(one), addAll(other)])
    assert.equal((await other.read(oneSource({ id: 'count' })))[0]?.kind, '120')
  },

  async 'of two that add the same row one is refused, and only one is the first'({ one, other }) {
    for (let n = 0; n < 25; n++) {
      const add = { commands: [addSource(source(`a${n}`, { key: `k${n}` }))] }
      const same = { commands: [addSource(source(`b${n}`, { key: `k${n}` }))] }
      const added = await Promise.allSettled([one.commit(add), other.commit(same)])
      const refused = added.filter((outcome) => outcome.status === 'rejected')
      assert.equal(refused.length, 1)
      assert.ok(isMillraceError(refused[0]?.reason, 'Constraint') && refused[0].reason.applied === 'no')
      const addNew = { commands: [addNewSource(source(`new ${n}`))] }
      const receipts = await Promise.all([one.commit(addNew), other.commit(addNew)])
      assert.equal(
        receipts.reduce((sum, { results }) => sum + (results[0]?.changed ?? 0), 0),
        1,
      )
    }
    assert.equal((await other.changes(0, 1_000)).length, 50)
  },

  async 'a unit that is sent again through the other is applied once, and has the first receipt'({
    one,
    other,
  }) {
    const body = Uint8Array.from({ length: 256 }, (_, n) => n)
    for (const [n, key] of trapTexts.entries()) {
      const sha256 = `${n} ${key}`
      await one.commit({ commands: [putBody({ sha256, bytes: 256, compression: 'none', body })] })
      const unit = { key, commands: [takeBody({ sha256 })] }
      const [first, second] = n % 2 === 0 ? [one, other] : [other, one]
      const receipt = await first.commit(unit)
      assert.deepEqual(receipt.results[0]?.rows, [{ sha256, body }])
      assert.deepEqual(await second.commit(unit), { ...receipt, repeated: true })
    }
    for (let n = 0; n < 25; n++) {
      const unit = { key: `both ${n}`, commands: [addNewSource(source(`both ${n}`))] }
      const receipts = await Promise.all([one.commit(unit), other.commit(unit)])
      assert.equal(receipts.filter((receipt) => receipt.repeated).length, 1)
      assert.equal(receipts[0].position, receipts[1].position)
      assert.deepEqual(receipts[0].results, receipts[1].results)
    }
  },

  async 'changes that are followed while both write are complete and in order'({ one, other }) {
    const writing = { isOver: false }
    const written = Promise.all([writeInRounds(one, 'one'), writeInRounds(other, 'other')]).finally(() => {
      writing.isOver = true
    })
    const followed: Change[] = []
    for (let isLast = false; !isLast;) {
      isLast = writing.isOver
      const after = followed.at(-1)?.position ?? 0
      // A multiple of the rows of a unit, so that no page ends within a position.
      for (const change of await other.changes(after, 40)) followed.push(change)
      if (followed.at(-1)?.position !== after) isLast = false
    }
    await written
    assert.deepEqual(followed, await one.changes(0, 10_000))
    assert.equal(followed.length, 480)
    assert.equal(new Set(followed.map((change) => change.id)).size, 480)
  },

  async 'closing one leaves the other at work, and what is open is not lost'({ one, other, bench }) {
    await using third = await bench.open()
    await other.commit({ commands: [addSource(source('a'))] })
    assert.deepEqual(await one.lostProcesses(), [])
    assert.deepEqual(await other.lostProcesses(), [])
    await third.close()
    await other.close()
    await one.commit({ commands: [addSource(source('b'))] })
    assert.deepEqual(await one.lostProcesses(), [])
    await using again = await bench.open()
    assert.equal((await again.read(allSources({}))).length, 2)
    assert.equal(await again.position(), await one.position())
  },

  async 'a held name has one owner, whatever the name, until it is let go or its owner closes'({
    one,
    other,
  }) {
    for (const name of ['a file', '\0', '\ud800', '']) {
      await using _held = await one.hold(name)
      await assert.rejects(other.hold(name), { code: 'Busy', applied: 'no' })
    }
    const names = [...trapTexts, 'a file', 'A file']
    const all = await Promise.all(names.map((name) => other.hold(name)))
    await assert.rejects(one.hold('a file'), { code: 'Busy' })
    await assert.rejects(other.hold('a file'), { code: 'Busy' })
    await all.at(-1)?.[Symbol.asyncDispose]()
    await using _upper = await one.hold('A file')
    await other.close()
    await using _now = await one.hold('a file')
  },
}

const ascending = (a: number, b: number) => a - b

/** Commits 150 rows in one tick; gives their positions. */
async function writeAtOnce(store: AnotherStore, tag: string) {
  const commits = Array.from({ length: 150 }, (_, n) =>
    store.commit({ commands: [addSource(source(`${tag} ${n}`))] }),
  )
  return (await Promise.all(commits)).map((receipt) => receipt.position)
}

/** One more, under the guard that nobody else was faster. */
async function add(store: AnotherStore) {
  const [row] = await store.read(oneSource({ id: 'count' }))
  const kind = row?.kind ?? ''
  const guards = [kindIs({ id: 'count', kind })]
  const commands = [putSource(source('count', { kind: `${Number(kind) + 1}` }))]
  return store.commit({ guards, commands, durability: 'crash-safe' })
}

/** Forty more, each as often as it takes. */
async function addAll(store: AnotherStore) {
  for (let done = 0; done < 40;) {
    try {
      await add(store)
      done++
    } catch (error) {
      if (!isMillraceError(error, 'GuardFailed')) throw error
    }
  }
}

/** Ten times twelve units of two rows. */
async function writeInRounds(store: AnotherStore, tag: string) {
  for (let round = 0; round < 10; round++) {
    const commits = Array.from({ length: 12 }, (_, n) =>
      store.commit({
        commands: [addSource.all([source(`${tag} ${round} ${n} a`), source(`${tag} ${round} ${n} b`)])],
        durability: 'crash-safe',
      }),
    )
    await Promise.all(commits)
  }
}
