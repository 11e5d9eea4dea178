/** A folder for one test: gone when the test passed, kept for a look when it failed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Makes an empty folder. Close what is open in it before the test ends. */
export function freshFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'))
  t.after(() => {
    // The type does not know `passed` yet.
    if ((t as TestContext & { readonly passed: boolean }).passed)
      rmSync(folder, { recursive: true, force: true })
    else t.diagnostic(`kept ${folder}`)
  })
  return folder
}
