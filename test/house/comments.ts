/** What must be said in words: why a file is there, and what each thing it exports is. */
import { lineAt, without } from './literals.ts'
import { isForTests, type Source } from './sources.ts'

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|const|type) ([\w$]+)/gm

/** Files that do not open with their reason; a test says it in its sentences. */
export function unopenedFiles(sources: readonly Source[]): readonly string[] {
  const files = sources.filter(({ path }) => !path.endsWith('.test.ts'))
  return files.filter(({ text }) => !/^(?:#!.*\n)?\s*\/[*/]/.test(text)).map(({ path }) => path)
}

/** Exported things of the product without a doc comment directly above them. */
export function undocumentedExports(sources: readonly Source[]): readonly string[] {
  return sources.filter((source) => !isForTests(source)).flatMap(undocumented)
}

function undocumented({ path, text, spans }: Source): readonly string[] {
  const code = without(text, spans, 'comment', 'string', 'template', 'regex')
  const documentedAt = new Set(
    spans
      .filter(({ kind, start }) => kind === 'comment' && text.startsWith('/**', start))
      .map(({ end }) => lineAt(text, end) + 1),
  )
  return [...code.matchAll(EXPORT)].flatMap((found) => {
    const line = lineAt(text, found.index)
    return documentedAt.has(line) ? [] : [`${path}:${line} ${found[1]}`]
  })
}
