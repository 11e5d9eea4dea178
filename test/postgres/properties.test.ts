/**
 * The properties of the stages a second time, on Postgres: whatever is thrown at them they do what their models do. All of
 * their tests run there by `npm run unit:postgres`.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCommand } from '../process/index.ts'
import { SHARED_SERVER, sharedServerUrl } from './fresh-database.ts'

const ROOT = join(import.meta.dirname, '..', '..')

const PROPERTIES: Readonly<Record<string, string>> = {
  'src/jobs/job.test.ts': 'jobs do what their model does',
  'src/jobs/lanes/breaker.test.ts': 'whatever fails, answers and passes',
  'src/crawl/frontier.test.ts': 'any graph',
  'src/crawl/history/changes/diff.test.ts': 'whatever a page does',
  'src/crawl/duplicates/join.test.ts': 'clusters are the connected parts',
}

for (const [file, name] of Object.entries(PROPERTIES)) {
  test(`${name}: so it is on Postgres, by ${file}`, { timeout: 200_000 }, async () => {
    const env = {
      MILLRACE_TEST_STORE: 'postgres',
      [SHARED_SERVER]: await sharedServerUrl(),
      // It is nobody's subtest.
      NODE_TEST_CONTEXT: undefined,
    }
    const args = ['--test', '--test-reporter=tap', `--test-name-pattern=${name}`, join(ROOT, file)]
    const { code, stdout } = await runCommand(args, { cwd: ROOT, env })
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^# pass 1$/m)
  })
}
