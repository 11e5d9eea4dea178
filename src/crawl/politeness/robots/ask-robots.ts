/** What a robots.txt, or the lack of one, says about a URL. */
import { parseRobots, productToken } from './parse-robots.ts'
import type { RobotsGroup, RobotsRules } from './parse-robots.ts'
import { comparablePath } from './rule-path.ts'

/**
 * Whether an agent may fetch a URL of the host the rules come from. `userAgent` is our product token, or a User-Agent
 * that starts with it; its case does not matter. The longest matching rule decides, allow wins a tie, and /robots.txt
 * itself is always allowed. A URL that can not be parsed is not allowed.
 *
 * Source: RFC 9309 section 2.2.
 */
export function allows(rules: RobotsRules, userAgent: string, url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null) return false
  if (parsed.pathname === '/robots.txt') return true
  const path = comparablePath(parsed)
  let decided = { allow: true, octets: 0 }
  for (const rule of groupFor(rules, userAgent)?.rules ?? []) {
    if (rule.octets < decided.octets || (rule.octets === decided.octets && !rule.allow)) continue
    if (rule.matches(path)) decided = rule
  }
  return decided.allow
}

/** The pause the host asks an agent to make between requests, in milliseconds, or null. */
export function crawlDelayMs(rules: RobotsRules, userAgent: string): number | null {
  return groupFor(rules, userAgent)?.crawlDelayMs ?? null
}

/** The sitemaps the file names, as absolute http(s) URLs, in its order. They hold for every agent. */
export function sitemapsOf(rules: RobotsRules): readonly string[] {
  return rules.sitemaps
}

/** A host's answer to GET /robots.txt after redirects; `url` is the address that answered. */
export interface RobotsAnswer {
  readonly status: number
  readonly body: string
  readonly url: string
}

/** What follows from an answer: rules, no rules, or not knowing, in which case the host must not be crawled yet. */
export type RobotsVerdict =
  | { readonly kind: 'rules'; readonly rules: RobotsRules }
  | { readonly kind: 'allow-all' }
  | { readonly kind: 'wait' }

/**
 * Reads an answer as RFC 9309 section 2.3.1 does: 2xx has rules; 4xx, and a redirect still left after the caller
 * followed five, has none; 5xx and no answer mean complete disallow for now. 429 is a request to slow down, so it waits.
 */
export function robotsVerdict(answer: RobotsAnswer | 'unreachable'): RobotsVerdict {
  if (answer === 'unreachable') return { kind: 'wait' }
  const { status, body, url } = answer
  if (status >= 200 && status < 300) return { kind: 'rules', rules: parseRobots(body, url) }
  return { kind: status >= 300 && status < 500 && status !== 429 ? 'allow-all' : 'wait' }
}

function groupFor(rules: RobotsRules, userAgent: string): RobotsGroup | undefined {
  return rules.groups.get(productToken(userAgent)) ?? rules.groups.get('*')
}
