/**
 * Words in class and id that say what an element is. They are compared as whole words, camel case parted, so that
 * "related-posts" and "RelatedPosts" are one thing and "printable" says nothing of "print".
 */

const words = (...lines: readonly string[]): RegExp => new RegExp(`[ -](?:${lines.join('|')})[ -]`)

/** Ways through the site, and what stands at the edges of each of its pages. */
const EDGES = words(
  'nav|navs|navbar|navigation|nav(?:header|footer)|subnav|topnav|menubar|breadcrumbs?|pagination|pager|paginate|skip-?links?',
  'cookies?|gdpr|masthead|footer|site-header|sphinxsidebar|screen-reader-text|sr-only|visually-?hidden|copyright',
)

/** What the site wants of its reader, beside the content of any page. */
const ASKS = words(
  'consent|share|sharing|share(?:bar|daddy|this|buttons?)|addthis|addtoany|social|socials?|newsletters?',
  'subscri(?:be|ption|ptions|ber)|sign-?up|log-?in|ads?|adverts?|advertis(?:ement|ing|er)|adsense|dfp|sponsor|sponsored',
  'outbrain|taboola|pop-?up|modal|popover|tooltip-?(?:text|content|inner)|rollover|toolbar|sidebars?|side-bar|search-?(?:form|box|bar)|sitelinks',
)

/** Beside the text of an article, though content elsewhere. */
const BESIDE_ARTICLES = words(
  'comments?|commenting|disqus|respond|replies|related\\w*|recirc\\w*|recommend\\w*|suggested|trending|popular|most-?(?:popular|read|viewed)',
  'more-(?:from|news|stories|on|articles|like|link)|read-?(?:more|next|also)|also-(?:read|like)|up-next|further-reading|promo\\w*|teasers?|cta',
  'by-?line|date-?line|time-?stamp|post-?info|post-?date|entry-date|authors?|author-?box|bio|contributors?|attribution',
  'tags|tag-?list|tag-?cloud|keywords|topics|tax|caption\\w*|credits?|ratings?|reactions?|(?:post|entry|article|story)-?meta|submeta',
  'gallery-(?:controls?|count|nav)|slide-count|duration|video-(?:footer|info|controls|player|title)|playlist|paywall|donat(?:e|ion)',
  '(?:read|reading)-time|rail|right-rail|menu|kicker|eyebrow|wabtn\\w*|slideshow-noscript|follow|follow-us',
)

/** Whole class names: as words they say too little. */
const CLASSES = / (?:widget|meta|hidden) /

/** Classes by which WordPress lists a post's own tags and categories. */
const TAXONOMY = /(?:^|\s)(?:tag|category)-[\w-]+/g

/** What stands beside the element, or does not, says nothing of the element: "has-sidebar", "no-comments". */
const NEIGHBOURS = /[ -](?:has|with|without|no)-[a-z\d-]+/g

/** What a name says of an element: nothing, or beside what it stands. */
export type NameVerdict = 'nothing' | 'edge' | 'asks' | 'beside articles'

/** Judges the class or id of an element. */
export function judgeName(text: string): NameVerdict {
  const classes = text.replace(TAXONOMY, ' ')
  const name = ` ${classes} `
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_-]+/g, (gap) => (/\s/.test(gap) ? '  ' : '-'))
    .replace(NEIGHBOURS, '')
  if (EDGES.test(name)) return 'edge'
  if (ASKS.test(name)) return 'asks'
  return BESIDE_ARTICLES.test(name) || CLASSES.test(name) ? 'beside articles' : 'nothing'
}
