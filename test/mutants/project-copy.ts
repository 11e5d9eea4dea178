/** A copy of the project in a folder of its own, in which a file can be changed without anyone seeing it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mutate, type Mutant } from './mutant.ts'

/** The project itself. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
/** What the tests need of it. */
const PARTS = ['bin', 'demo', 'src', 'test', 'package.json', 'tsconfig.json']

/** The copy. */
export interface ProjectCopy {
  readonly root: string
  /** Applies a mutant; returns what undoes it. @throws Error when its text is not there exactly once */
  apply(mutant: Mutant): () => void
  remove(): void
}

/** Copies the project; its packages are those of the original. */
export function copyProject(): ProjectCopy {
  const root = mkdtempSync(join(tmpdir(), 'millrace-mutant-'))
  for (const part of PARTS) cpSync(join(PROJECT, part), join(root, part), { recursive: true })
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'))
  return {
    root,
    apply(mutant) {
      const path = join(root, mutant.file)
      const source = readFileSync(path, 'utf8')
      writeFileSync(path, mutate(mutant, source))
      return () => writeFileSync(path, source)
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
