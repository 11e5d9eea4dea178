/** robots.txt after RFC 9309, with the two lines beyond it that matter: Crawl-delay and Sitemap. */
import { compileRulePath } from './rule-path.ts'

/** Characters read of one file; the RFC asks for at least 500 KiB. A line cut there is dropped. */
export const ROBOTS_CHARS_MAX = 500 * 1024

/** Longest crawl delay taken at its word, a day, so that a slip of the pen can not stall a crawl for ever. */
export const CRAWL_DELAY_MS_MAX = 86_400_000

/** One allow or disallow line. */
export interface RobotsRule {
  readonly allow: boolean
  /** Octets of the path: the longest matching rule decides. */
  readonly octets: number
  matches(comparablePath: string): boolean
}

/** What the file says to one agent, all of its groups taken together. */
export interface RobotsGroup {
  readonly rules: readonly RobotsRule[]
  /** The longest Crawl-delay, in milliseconds, or null. */
  readonly crawlDelayMs: number | null
}

/** A parsed robots.txt. Ask it through `allows`, `crawlDelayMs` and `sitemapsOf`. */
export interface RobotsRules {
  /** By product token in lower case; '*' for everyone else. */
  readonly groups: ReadonlyMap<string, RobotsGroup>
  readonly sitemaps: readonly string[]
}

/**
 * Parses a robots.txt. It never throws: lines that are not understood are ignored, so an HTML page served as
 * robots.txt has no rules and allows everything. `robotsUrl` resolves relative sitemap addresses.
 *
 * Source: RFC 9309; Crawl-delay and Sitemap as search engines read them.
 */
export function parseRobots(text: string, robotsUrl: string): RobotsRules {
  const groups = new Map<string, OpenGroup>()
  const sitemaps = new Set<string>()
  let open: OpenGroup[] = []
  let hasRules = false
  for (const [name, value] of linesOf(text)) {
    if (name === 'user-agent') {
      // Only a rule ends the list of agents (section 2.2.4); a Crawl-delay or Sitemap between two agents does not.
      if (hasRules) open = []
      hasRules = false
      open.push(join(groups, productToken(value), open.at(-1)?.crawlDelayMs ?? null))
    } else if (name === 'allow' || name === 'disallow') {
      hasRules = true
      if (value !== '') for (const group of open) group.rules.push(ruleOf(name, value))
    } else if (name === 'crawl-delay') {
      for (const group of open) slowDown(group, delayOf(value))
    } else if (name === 'sitemap') {
      const url = URL.parse(value, robotsUrl)
      if (url?.protocol === 'http:' || url?.protocol === 'https:') sitemaps.add(url.href)
    }
  }
  return { groups, sitemaps: [...sitemaps] }
}

interface OpenGroup {
  readonly rules: RobotsRule[]
  crawlDelayMs: number | null
}

/** Groups that name the same agent are one group; an agent that joins a list late takes on the list's delay. */
function join(groups: Map<string, OpenGroup>, agent: string, delayMs: number | null): OpenGroup {
  const group = groups.get(agent) ?? { rules: [], crawlDelayMs: null }
  groups.set(agent, group)
  slowDown(group, delayMs)
  return group
}

/** The part of a User-agent line or header by which a crawler is known: `Millrace/1.0 (+url)` is `millrace`. */
export function productToken(userAgent: string): string {
  const trimmed = userAgent.trim().toLowerCase()
  return trimmed.startsWith('*') ? '*' : (/^[^\s/;(]+/.exec(trimmed)?.[0] ?? '')
}

function* linesOf(text: string): Generator<[name: string, value: string]> {
  const start = text.startsWith('\ufeff') ? 1 : 0
  const lines = text.slice(start, start + ROBOTS_CHARS_MAX).split(/\r\n|[\r\n]/)
  if (text.length - start > ROBOTS_CHARS_MAX) lines.pop()
  for (const line of lines) {
    const content = line.split('#', 1)[0] ?? ''
    const colon = content.indexOf(':')
    if (colon > 0) yield [content.slice(0, colon).trim().toLowerCase(), content.slice(colon + 1).trim()]
  }
}

function ruleOf(name: string, path: string): RobotsRule {
  return { allow: name === 'allow', ...compileRulePath(path) }
}

function delayOf(value: string): number | null {
  if (!/^(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})$/.test(value)) return null
  return Math.min(Math.round(Number(value) * 1000), CRAWL_DELAY_MS_MAX)
}

function slowDown(group: OpenGroup, delayMs: number | null): void {
  if (delayMs !== null) group.crawlDelayMs = Math.max(group.crawlDelayMs ?? 0, delayMs)
}
