/** The project with one mistake in it: what finds no mistake that was put there finds none that was not. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The root of this project. */
export const ROOT = join(import.meta.dirname, '..', '..')

/** One mistake: what stands in a file, once, and what is put in its place. */
export interface Mistake {
  readonly file: string
  readonly stands: string
  readonly put: string
}

/** A copy of the sources with the mistake in it; `remove` it afterwards. */
export function mutant({ file, stands, put }: Mistake): { readonly root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'millrace-mutant-'))
  for (const folder of ['src', 'test/site', 'test/faults']) {
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true })
  }
  cpSync(join(ROOT, 'package.json'), join(root, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const parts = readFileSync(join(root, file), 'utf8').split(stands)
  if (parts.length !== 2)
    throw new Error(`expected "${stands}" once in ${file}, found it ${parts.length - 1} times`)
  writeFileSync(join(root, file), parts.join(put))
  return { root, remove: () => rmSync(root, { recursive: true }) }
}
