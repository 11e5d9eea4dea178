/** The TypeScript files of the project as the house rules see them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { lineAt, spansOf, without, type Span } from './literals.ts'

/** One import or re-export, static or dynamic, of values or of types. */
export interface Import {
  readonly specifier: string
  /** The file it names, from the root of the project; undefined for a package or a builtin. */
  readonly target: string | undefined
  /** The names it takes; undefined where it takes all, or by name later. */
  readonly names: readonly string[] | undefined
  readonly line: number
}

/** One file. */
export interface Source {
  /** From the root of the project, with slashes. */
  readonly path: string
  readonly text: string
  readonly spans: readonly Span[]
  readonly imports: readonly Import[]
}

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDERS = ['src', 'test', 'bench', 'demo']
const IMPORTS =
  /^(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,?\s*)?(\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})?\s*from\s*'([^']+)'|^import\s+'([^']+)'|\bimport\s*\(\s*'([^']+)'/gm

/** All files, tests and benchmarks included. */
export function readSources(): readonly Source[] {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      posix.join(folder, name.replaceAll('\\', '/')),
    ),
  )
  const own = paths.filter((path) => path.endsWith('.ts') && !path.includes('node_modules/'))
  return own.sort().map((path) => sourceOf(path, readFileSync(join(ROOT, path), 'utf8')))
}

/** A file of that path and content. */
export function sourceOf(path: string, text: string): Source {
  const spans = spansOf(text)
  return { path, text, spans, imports: importsOf(path, without(text, spans, 'comment', 'template')) }
}

/** A file beside the root's package.json. */
export function readOwn(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Whether a file is only there for tests: *.test.ts, and what tests share. */
export function isForTests({ path }: { readonly path: string }): boolean {
  return (
    path.endsWith('.test.ts') ||
    /(?:^|\/)(?:(?:testing|conformance)\/|conformance\.ts$)/.test(path) ||
    !path.startsWith('src/')
  )
}

function importsOf(path: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORTS)].map((found) => {
    const [, clause, from, bare, dynamic] = found
    const specifier = from ?? bare ?? dynamic ?? ''
    const names = clause?.startsWith('{') === true ? namesIn(clause) : undefined
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined
    return { specifier, target, names, line: lineAt(text, found.index) }
  })
}

function namesIn(clause: string): readonly string[] {
  const names = clause.slice(1, -1).split(',')
  return names
    .map(
      (name) =>
        name
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s+as\s+/)[0] ?? '',
    )
    .filter(Boolean)
}
