/**
 * Where a TypeScript source holds comments, strings, templates and regular expressions, so that a rule looks at code
 * alone or at literals alone. A parser would be better: TypeScript 7 has no stable API, and `npm ci` refuses the
 * lockfile that installing oxc-parser makes (0.158.0). This reads what Prettier writes, and no more.
 */

/** What a span is; what no span covers is code. */
export type SpanKind = 'comment' | 'string' | 'template' | 'regex'

/** A piece of a source; of a template, the text between its `${}`. */
export interface Span {
  readonly kind: SpanKind
  readonly start: number
  /** The index behind its last character. */
  readonly end: number
}

const TOKENS = [
  ['comment', /\/\/[^\n]*|\/\*[^]*?\*\//y],
  ['string', /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y],
  ['regex', /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y],
] as const
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[^]|\$(?!\{))*/y
/** Before a slash these mean that a value is due, so that it begins a regular expression and divides nothing. */
const BEFORE_VALUE = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|throw))\s*$/

/** All spans of a source, in order. */
export function spansOf(text: string): readonly Span[] {
  const spans: Span[] = []
  /** Per open template, how many braces its current `${` has open. */
  const braces: number[] = []
  let at = 0
  const template = () => {
    TEMPLATE_TEXT.lastIndex = at
    const end = at + (TEMPLATE_TEXT.exec(text)?.[0].length ?? 0)
    spans.push({ kind: 'template', start: at, end })
    const isOver = text[end] !== '$'
    if (!isOver) braces.push(0)
    return end + (isOver ? 1 : 2)
  }
  while (at < text.length) {
    const char = text[at]
    const open = braces.at(-1)
    const span = spanAt(text, at)
    if (span !== undefined) spans.push(span)
    if (span !== undefined) at = span.end
    else if (char === '`') {
      at++
      at = template()
    } else if (char === '}' && open === 0) {
      braces.pop()
      at++
      at = template()
    } else {
      if (open !== undefined && char === '{') braces[braces.length - 1] = open + 1
      if (open !== undefined && char === '}') braces[braces.length - 1] = open - 1
      at++
    }
  }
  return spans
}

function spanAt(text: string, start: number): Span | undefined {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = start
    const found = pattern.exec(text)
    if (found === null) continue
    if (kind === 'regex' && !BEFORE_VALUE.test(text.slice(Math.max(0, start - 40), start))) continue
    return { kind, start, end: start + found[0].length }
  }
  return undefined
}

/** The text with spaces in place of some kinds of span; lines stay where they are. */
export function without(text: string, spans: readonly Span[], ...kinds: readonly SpanKind[]): string {
  let result = ''
  let at = 0
  for (const { start, end } of spans.filter((span) => kinds.includes(span.kind))) {
    result += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, ' ')
    at = end
  }
  return result + text.slice(at)
}

/** The number of the line at an index, from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
