/** A `<pre>` as a fenced code block: its text as it stands, and the language its class names. */
import type { Node, PageElement } from '../../tree/index.ts'
import { areCodes } from '../code-parts.ts'
import { longestRun } from './escape.ts'

/** Class names by which highlighters name a language. */
const LANGUAGE =
  /(?:^|\s)(?:language|lang|highlight(?:-source)?|brush:|sourceCode|code)[-\s]+([a-z][\w+#.-]{0,30})(?:\s|;|$)/i

/** They stand where a language would and name none. */
const NO_LANGUAGE = /^(?:default|none|text|plain|plaintext|notranslate|block|inline)$/i

/** The lines of the code block; none where the element holds no text. */
export function fenceOf(pre: PageElement): string[] {
  const code = codeOf(pre).replace(/\r\n?/g, '\n').replace(/^\n/, '').trimEnd()
  if (code.trim() === '') return []
  const fence = '`'.repeat(Math.max(3, longestRun(code, '`') + 1))
  return [`${fence}${languageOf(pre)}`, ...code.split('\n'), fence]
}

/** The text of an element as it stands in the markup, with line breaks for `<br>`. */
export function codeOf(element: PageElement): string {
  let code = ''
  let before: Node | null = null
  for (const child of element.children) {
    if (typeof child === 'string') code += child
    else if (child.name === 'br') code += '\n'
    else if (child.name !== 'button') {
      if (element.name === 'pre' && areCodes(before, child)) code += '\n'
      code += codeOf(child)
    }
    before = child
  }
  return code
}

function languageOf(pre: PageElement): string {
  const inner = pre.children.find((child) => typeof child !== 'string' && child.name === 'code')
  const places = [inner, pre, pre.parent, pre.parent?.parent]
  for (const place of places) {
    if (place === undefined || place === null || typeof place === 'string') continue
    const [, language] = LANGUAGE.exec(place.attribute('class')) ?? []
    if (language !== undefined && !NO_LANGUAGE.test(language)) return language.toLowerCase()
  }
  return ''
}
