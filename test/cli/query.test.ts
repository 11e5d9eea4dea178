/** `query` as a user types it, on the demo site. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { query } from '../../src/app/commands/query.ts'
import { createLog } from '../../src/observe/index.ts'
import { crawlDemo, jsonLinesOf, type CrawledDemo } from './crawled-demo.ts'

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))
const ENDLESS = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)'

describe('query', () => {
  let demo: CrawledDemo
  before(async () => {
    demo = await crawlDemo()
  })
  after(() => demo.close())

  test('prints JSON lines where no terminal is, and --json and --format say so', async () => {
    const sql = 'SELECT status, count(*) AS pages FROM pages_latest GROUP BY status ORDER BY status'
    const { code, stdout } = await demo.millrace('query', sql)
    assert.equal(code, 0)
    assert.deepEqual(
      jsonLinesOf(stdout).map((line) => line['status']),
      [200, 301, 404],
    )
    assert.equal((await demo.millrace('query', sql, '--json')).stdout, stdout)
    assert.equal((await demo.millrace('query', sql, '--format', 'jsonl')).stdout, stdout)
    assert.match(
      (await demo.millrace('query', sql, '--format', 'csv')).stdout,
      /^status,pages\r\n200,\d+\r\n301,/,
    )
    assert.match((await demo.millrace('query', sql, '--format', 'table')).stdout, /^status {2}pages\n {3}200/)
  })

  test('prints a table on a terminal', async () => {
    const stdout = new PassThrough()
    const output = { stdout, stderr: new PassThrough(), isQuiet: false, isTerminal: true }
    const { db } = demo
    const context = {
      db: { url: db },
      dbFrom: 'flag' as const,
      passwordFrom: null,
      config: {},
      isJson: false,
      isTerminal: true,
      output,
      log: createLog('silent'),
    }
    assert.equal(await query('SELECT 1 AS one, NULL AS none', { timeout: '5s' }, context), 0)
    stdout.end()
    assert.equal(await text(stdout), 'one  none\n  1\n')
  })

  test('all rows come, over as many chunks as it takes', async () => {
    const { stdout } = await demo.millrace(
      'query',
      `${ENDLESS} SELECT x FROM n LIMIT 1234`,
      '--format',
      'csv',
    )
    const expected = Array.from({ length: 1_234 }, (_, index) => `${index + 1}\r\n`)
    assert.equal(stdout, `x\r\n${expected.join('')}`)
  })

  test('a statement that takes too long is ended with exit 75', async () => {
    const { code, stderr } = await demo.millrace(
      'query',
      `${ENDLESS} SELECT max(x) FROM n`,
      '--timeout',
      '200ms',
    )
    assert.equal(code, 75)
    assert.match(stderr, /over 200 ms .*\[Timeout\]/)
  })

  test('a reader that has seen enough ends it quietly with exit 0', async () => {
    const sql = `${ENDLESS} SELECT x FROM n`
    const args = [BIN, 'query', sql, '--timeout', '60s', '--db', demo.db]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const closed = once(child, 'close')
    const stderr = text(child.stderr)
    await once(child.stdout, 'data')
    child.stdout.destroy()
    assert.deepEqual(await closed, [0, null])
    assert.equal(await stderr, '')
  })

  test('what is no single SELECT, format or time is a usage error and changes nothing', async () => {
    const wrong = [
      ['DELETE FROM pages'],
      ['SELECT 1; SELECT 2'],
      ['SELEC 1'],
      [''],
      ['SELECT 1', '--format', 'xml'],
      ['SELECT 1', '--format', 'toString'],
      ['SELECT 1', '--format', 'csv', '--json'],
      ['SELECT 1', '--timeout', 'soon'],
      ['SELECT 1', '--timeout', '0'],
    ]
    const refuse = async (args: readonly string[]) => {
      const { code, stdout, stderr } = await demo.millrace('query', ...args)
      assert.deepEqual([code, stdout], [64, ''], `${args.join(' ')}: ${stderr}`)
    }
    await Promise.all(wrong.map(refuse))
    const [counted] = jsonLinesOf(
      (await demo.millrace('query', 'SELECT count(*) AS pages FROM pages')).stdout,
    )
    assert.ok(Number(counted?.['pages']) > 20)
  })
})
