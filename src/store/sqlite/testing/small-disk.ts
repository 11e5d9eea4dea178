/** A small disk of a test's own, which can be filled. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { freshFolder } from '../../conformance/index.ts'

/** A disk of 3 MB of this test's own; undefined, and the test skipped, where it can not be had. */
export function mountSmallDisk(t: TestContext): (Disposable & { readonly folder: string }) | undefined {
  const folder = freshFolder(t)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    t.skip('mounting a small tmpfs needs root')
    return undefined
  }
  return { folder, [Symbol.dispose]: () => execFileSync('umount', ['--lazy', folder]) }
}

/** Takes all that is left of a disk with one file, to within a page. */
export function fillUp(file: string): void {
  for (let size = 3_000_000; size > 0; size -= 4_096) {
    try {
      writeFileSync(file, Buffer.alloc(size))
      return
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
    }
  }
}
