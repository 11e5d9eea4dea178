/** What the tree builder knows of element names: the HTML standard's rules on what closes what, as far as pages need them. */

const named = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements that never have an end tag. */
export const VOID: ReadonlySet<string> = named(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr',
)

/** Elements that give structure: an end tag of an inline element does not reach beyond them. */
export const STRUCTURAL: ReadonlySet<string> = named(
  'address article aside blockquote button caption center dd details dialog dir div dl dt fieldset figcaption figure footer ' +
    'form h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p pre search section select summary table tbody td ' +
    'template tfoot th thead tr ul xmp',
)

/** Elements whose start tag ends an open paragraph. */
export const ENDS_PARAGRAPH: ReadonlySet<string> = named(
  'address article aside blockquote center details dialog dir div dl dd dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 ' +
    'h6 header hgroup hr li listing main menu nav ol p pre search section summary table ul xmp',
)

/** For each element that closes others of its kind when it opens: which it closes, and where the search for one ends. */
export const CLOSES: ReadonlyMap<
  string,
  { readonly open: ReadonlySet<string>; readonly within: ReadonlySet<string> }
> = new Map(
  Object.entries({
    li: { open: named('li'), within: named('ul ol menu dir table td th') },
    dt: { open: named('dt dd'), within: named('dl table td th') },
    dd: { open: named('dt dd'), within: named('dl table td th') },
    td: { open: named('td th'), within: named('tr table') },
    th: { open: named('td th'), within: named('tr table') },
    tr: { open: named('tr caption colgroup'), within: named('table') },
    tbody: { open: named('tbody thead tfoot caption colgroup'), within: named('table') },
    thead: { open: named('tbody thead tfoot caption colgroup'), within: named('table') },
    tfoot: { open: named('tbody thead tfoot caption colgroup'), within: named('table') },
    option: { open: named('option'), within: named('select datalist optgroup') },
    a: { open: named('a'), within: named('td th caption table') },
  }),
)

/** Elements whose end tag closes across anything; other end tags do not leave the table cell they stand in. */
export const TABLE_PARTS: ReadonlySet<string> = named('table thead tbody tfoot tr td th caption')

/** Where the search for the start tag of an end tag ends. */
export const SCOPES: ReadonlySet<string> = named('td th caption table')

/** Headings: the end tag of any closes an open one. */
export const HEADINGS: ReadonlySet<string> = named('h1 h2 h3 h4 h5 h6')

/** Elements that stand on lines of their own. */
export const BLOCKS: ReadonlySet<string> = new Set(
  ['#page', 'legend', 'optgroup', 'frameset', 'body', 'html', ...STRUCTURAL].filter(
    (name) => name !== 'button' && name !== 'template',
  ),
)
