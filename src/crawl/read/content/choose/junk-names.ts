/**
 * Words in class and id that say what an element is. They are compared as whole words, camel case parted, so that
 * "related-posts" and "RelatedPosts" are one thing and "printable" says nothing of "print".
 */

const words = (...lines: readonly string[]): RegExp => new RegExp(`[ -](?:${lines.join('|')})[ -]`)

/** Beside the content on any page: ways through the site, and what the site wants of its reader. */
const ANYWHERE = words(
  'nav|navs|navbar|navigation|nav(?:header|footer)|subnav|topnav|menubar|breadcrumbs?|pagination|pager|paginate|skip-?links?',
  'cookies?|gdpr|consent|share|sharing|share(?:bar|daddy|this|buttons?)|addthis|addtoany|social|socials|newsletters?',
  'subscri(?:be|ption|ptions|ber)|sign-?up|log-?in|ads?|adverts?|advertis(?:ement|ing|er)|adsense|dfp|sponsor|sponsored',
  'outbrain|taboola|pop-?up|modal|popover|tooltip|rollover|screen-reader-text|sr-only|visually-?hidden',
  'masthead|footer|site-header|toolbar|(?:sphinx)?sidebar|sidebars|side-bar|search-?(?:form|box|bar)|sitelinks',
)

/** Beside the text of an article, though content elsewhere. */
const BESIDE_ARTICLES = words(
  'comments?|commenting|disqus|respond|replies|related\\w*|recirc\\w*|recommend\\w*|suggested|trending|popular|most-?(?:popular|read|viewed)',
  'more-(?:from|news|stories|on|articles|like|link)|read-?(?:more|next|also)|also-(?:read|like)|up-next|further-reading|promo\\w*|teasers?|cta',
  'by-?line|date-?line|time-?stamp|post-?info|post-?date|entry-date|authors?|author-?box|bio|contributors?|attribution',
  'tags|tag-?list|tag-?cloud|keywords|topics|tax|caption\\w*|credits?|copyright|ratings?|reactions?|(?:post|entry|article|story)-?meta|submeta',
  'gallery-(?:controls?|count|nav)|slide-count|duration|video-(?:footer|info|controls|player|title)|playlist|paywall|donat(?:e|ion)',
  '(?:read|reading)-time|rail|right-rail|menu|kicker|eyebrow|wabtn\\w*|slideshow-noscript|follow|follow-us',
)

/** Whole class names: as words they say too little. */
const CLASSES = / (?:widget(?:_\w+)?|meta|hidden) /

/** Classes by which WordPress lists a post's own tags and categories. */
const TAXONOMY = /(?:^|\s)(?:tag|category|format|status|type|post|postid|page-id)-[\w-]+/g

/** What a name says: nothing, that the element stands beside an article, or beside content of any kind. */
export type NameVerdict = 'nothing' | 'beside articles' | 'beside anything'

/** Judges the class and id of an element; see CLASSES for what is asked of classes as a whole. */
export function judgeName(className: string, id: string): NameVerdict {
  const classes = className.replace(TAXONOMY, ' ')
  const name = ` ${classes} ${id} `
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_-]+|--+/g, (gap) => (/\s/.test(gap) ? ' ' : '-'))
    .replaceAll(' ', '  ')
  if (ANYWHERE.test(name)) return 'beside anything'
  return BESIDE_ARTICLES.test(name) || CLASSES.test(` ${classes.replace(/\s+/g, '  ')} `)
    ? 'beside articles'
    : 'nothing'
}
