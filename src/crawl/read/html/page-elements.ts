/** What each HTML element means to the text of a page: one table, so that a new element is one line. */
import type { Gap } from './page-text.ts'

const named = (names: string): string[] => names.split(' ')

/** Elements that break the line before and after, and how far. Paragraph-like ones leave a blank line. */
export const BLOCK_GAPS: ReadonlyMap<string, Gap> = new Map<string, Gap>([
  ...named('p h1 h2 h3 h4 h5 h6 blockquote figure hr table').map((name) => [name, 2] as const),
  ...named(
    'address article aside body caption center dd details dialog dir div dl dt fieldset figcaption footer form frameset header ' +
      'hgroup html legend li listing main menu nav ol optgroup option search section select summary ul xmp',
  ).map((name) => [name, 1] as const),
])

/** Elements whose content the tokenizer hands over as text: their tags and entities mean nothing. */
export const RAW_TEXT: ReadonlySet<string> = new Set(
  named('script style title textarea iframe noembed noframes xmp plaintext'),
)

/** Raw-text elements a reader of the page sees. */
export const VISIBLE_RAW_TEXT: ReadonlySet<string> = new Set(named('textarea xmp plaintext'))

/** Elements whose attributes are read; those of all others are skipped undecoded. */
export const READ_ATTRIBUTES: ReadonlySet<string> = new Set(
  named('a area base frame html iframe link meta script time'),
)

/** HTML elements that end an unclosed `<svg>`, as in the HTML standard's "in foreign content" rules. */
export const ENDS_SVG: ReadonlySet<string> = new Set(
  named(
    'b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta ' +
      'nobr ol p pre ruby s small span strong strike sub sup table tt u ul var',
  ),
)
