/** The HTML of a generated page: made from the page's own seed when it is asked for, so big sites need no memory. */
import type { PagePlan } from './plan.ts'
import { seededRandom } from './random.ts'
import type { Random } from './random.ts'
import { paragraphs, phrase } from './words.ts'

const TEXT_MIN = 800
const TEXT_SPREAD = 6_000

/** The page as HTML text; `origin` is the site's own `http://host:port`, `comment` is nothing that a reader sees. */
export function renderPage(page: PagePlan, origin: string, comment: string = ''): string {
  const random = seededRandom(page.seed)
  const title = `${phrase(random, page.language, 4)} ${page.path === '/' ? 'home' : page.path}`
  const texts = paragraphs(random, page.language, TEXT_MIN + random.below(TEXT_SPREAD))
  const links = page.links.map((to) => anchor(spell(random, { from: page.path, to, origin }), to))
  return `<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
${page.canonical === null ? '' : `<link rel="canonical" href="${escapeHtml(origin + page.canonical)}">`}
</head>
<body>
<nav><a href="/">home</a></nav>
<main>
<h1>${escapeHtml(title)}</h1>
${texts.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}
</main>
<ul>
${links.join('\n')}
</ul>
<footer>seed ${page.seed}</footer>${comment === '' ? '' : `\n<!-- ${comment} -->`}
</body>
</html>
`
}

/** The same target is written in every way a real page may write it; all of them are one URL. */
function spell(random: Random, link: { from: string; to: string; origin: string }): string {
  const upward = link.from.split('?', 1)[0]?.split('/').length === 3 ? '../' : './'
  return random.pick([link.to, link.origin + link.to, `${upward}${link.to.slice(1)}`, `${link.to}#part`])
}

function anchor(href: string, text: string): string {
  return `<li><a href="${escapeHtml(href)}">${escapeHtml(text)}</a></li>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
