import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { freshFolder } from '../../conformance/index.ts'
import { openSqlite } from '../index.ts'
import { holdWriteLock, startChild } from '../testing/index.ts'
import { describeHolder, lockHolders, parseLocks } from './lock-holders.ts'

const isLinux = process.platform === 'linux'

test('the lines of a file are told by its inode, and those that wait are left out', () => {
  const text = `1: POSIX  ADVISORY  WRITE 812 fe:00:42 120 120
1: -> POSIX  ADVISORY  WRITE 900 fe:00:42 120 120
2: POSIX  ADVISORY  READ 813 fe:00:42 124 124
3: FLOCK  ADVISORY  WRITE 814 fe:00:42 0 EOF
4: POSIX  ADVISORY  READ 815 fe:00:142 120 120
5: OFDLCK ADVISORY  READ 816 fe:00:42 0 EOF
`
  assert.deepEqual(parseLocks(text, 42), [
    { pid: 812, first: 120, last: 120 },
    { pid: 813, first: 124, last: 124 },
    { pid: 816, first: 0, last: Infinity },
  ])
})

test(
  'who is in a write transaction and who in a read one is known by process',
  { skip: !isLinux },
  async (t) => {
    const path = join(freshFolder(t), 'store.db')
    await using _store = await openSqlite({ path, definitions: [] })
    assert.deepEqual(lockHolders(path), { writer: null, readers: [] })
    const child = startChild(t, 'child-hold', [path])
    await child.line('locked')
    const { pid } = child
    const holders = lockHolders(path)
    assert.equal(holders?.writer?.pid, pid)
    assert.match(
      describeHolder(holders?.writer ?? { pid: 0, command: '' }),
      new RegExp(`^process ${pid} \\(.*child-hold`),
    )
    child.kill('SIGKILL')
    await child.ended
    const lock = holdWriteLock(path)
    assert.equal(lockHolders(path)?.writer?.pid, process.pid)
    lock.release()
    const reader = new DatabaseSync(path)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM sources').get()
    assert.deepEqual(
      lockHolders(path)?.readers.map((one) => one.pid),
      [process.pid],
    )
    reader.close()
  },
)

test('nothing is known of a database that nobody has open', async (t) => {
  const path = join(freshFolder(t), 'store.db')
  await (await openSqlite({ path, definitions: [] })).close()
  assert.equal(lockHolders(path), undefined)
})

test('a process whose command line can not be read is told by its number', () => {
  assert.equal(describeHolder({ pid: 7, command: '' }), 'process 7')
})
