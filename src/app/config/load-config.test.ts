import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig } from './index.ts'

/** A configuration file with that text. */
function fileWith(t: TestContext, text: string, name = 'millrace.config.ts'): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** What this process is warned of from now on. */
function warningsOf(t: TestContext): readonly unknown[] {
  const warnings: unknown[] = []
  const hear = (warning: unknown) => warnings.push(warning)
  process.on('warning', hear)
  t.after(() => process.off('warning', hear))
  return warnings
}

test('a typed file finds defineConfig under the name millrace, wherever it lies', async (t) => {
  const text = `import { defineConfig, type Config } from 'millrace'
    const crawl: Config['crawl'] = { concurrency: 2, delay: '1s', include: ['/a'], robots: false }
    export default defineConfig({ db: 'sqlite:x.db', userAgent: 'me', crawl })`
  assert.deepEqual(await loadConfig(fileWith(t, text)), {
    db: 'sqlite:x.db',
    userAgent: 'me',
    crawl: { concurrency: 2, delay: '1s', include: ['/a'], robots: false },
  })
})

test('the file is a module whatever the package.json beside it says, without a warning', async (t) => {
  for (const manifest of ['{}', '{"type":"commonjs"}']) {
    const file = fileWith(t, "import 'node:os'\nexport default {}")
    writeFileSync(join(file, '..', 'package.json'), manifest)
    const warnings = warningsOf(t)
    assert.deepEqual(await loadConfig(file), {})
    await new Promise(setImmediate)
    assert.deepEqual(warnings, [])
  }
})

test('plain JavaScript is read as well', async (t) => {
  assert.deepEqual(await loadConfig(fileWith(t, 'export default { crawl: {} }', 'a.mjs')), { crawl: {} })
})

test('the name millrace means nothing once the file is read', async (t) => {
  await loadConfig(fileWith(t, 'export default {}'))
  const elsewhere = fileWith(t, "export * from 'millrace'", 'b.mjs')
  await assert.rejects(import(elsewhere), { code: 'ERR_MODULE_NOT_FOUND' })
})

test('no file is an empty configuration, but a named one must be there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'))
  const cwd = process.cwd()
  process.chdir(folder)
  t.after(() => {
    process.chdir(cwd)
    rmSync(folder, { recursive: true })
  })
  assert.deepEqual(await loadConfig(undefined), {})
  await assert.rejects(loadConfig('gone.ts'), {
    code: 'BadConfig',
    message: /"gone\.ts", which does not exist/,
  })
  writeFileSync('millrace.config.ts', "export default { db: 'here' }")
  assert.deepEqual(await loadConfig(undefined), { db: 'here' })
})

test('what does not parse, throws, or exports nothing is refused with the name of the file and the cause', async (t) => {
  const wrong = [
    'export default {',
    'enum A { B }\nexport default {}',
    "throw new Error('mine')",
    'export const a = 1',
  ]
  for (const text of wrong) {
    const file = fileWith(t, text)
    const refused = await loadConfig(file).then(
      () => undefined,
      (error: Error & { code?: string }) => error,
    )
    assert.equal(refused?.code, 'BadConfig', text)
    assert.ok(refused?.message.startsWith(`${file}: `), refused?.message)
    assert.ok(refused?.cause instanceof Error)
  }
})
