/** Which URLs belong to a crawl: the seeds' hosts, narrowed and widened by patterns. */
import { hostOf, parseHttpUrl, URL_CHARS_MAX } from '../../model/index.ts'
import { parsePattern } from './pattern.ts'
import type { Pattern, UrlParts } from './pattern.ts'

/** Why a URL is out of scope that would be in it but for its length. */
export const TOO_LONG = `longer than ${URL_CHARS_MAX.toLocaleString('en')} characters`

/** The patterns of a source as a person wrote them; `parsePattern` says what they mean. */
export interface ScopeRules {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/** A scope as plain data, to be stored with a run. */
export interface Scope extends ScopeRules {
  /** The hosts of the seeds (`URL.host`, port included), sorted and unique. */
  readonly hosts: readonly string[]
}

/** A verdict and the rule behind it, in words for a person. */
export interface ScopeVerdict {
  readonly inScope: boolean
  readonly reason: string
}

/** A scope ready to be asked many times. Urls are url keys (`urlKey` of model); anything else is out of scope. */
export interface CompiledScope {
  /** The same answer as `explain`, for the hot path: about 0.3 us a URL. */
  inScope(url: string): boolean
  explain(url: string): ScopeVerdict
}

/**
 * The scope that seeds and rules describe. Patterns are checked here, so a stored scope always compiles.
 *
 * @throws MillraceError BadUrl for a seed that is no http(s) URL
 * @throws MillraceError Usage for a pattern that can not be used
 */
export function scopeOf(seeds: readonly string[], rules: ScopeRules): Scope {
  const hosts = [...new Set(seeds.map((seed) => hostOf(parseHttpUrl(seed))))].sort()
  return { hosts, include: rules.include.map(sourceOf), exclude: rules.exclude.map(sourceOf) }
}

const sourceOf = (pattern: string): string => parsePattern(pattern).source

/**
 * Compiles a scope once for many questions. A URL is in scope when no exclude matches it and either
 * - its host is a seed's and, where includes speak of that host or of any, one of them matches; or
 * - an include that names another host matches it: such an include widens the scope and narrows nothing.
 * One that is longer than URL_CHARS_MAX is out of scope whatever matches it.
 *
 * @throws MillraceError Usage for a pattern that can not be used
 */
export function compileScope(scope: Scope): CompiledScope {
  const hosts = new Set(scope.hosts)
  const include = scope.include.map(parsePattern)
  const rules: Rules = {
    hosts,
    exclude: scope.exclude.map(parsePattern),
    widening: include.filter(({ host }) => host !== null && !hosts.has(host)),
    narrowing: include.filter(({ host }) => host === null || hosts.has(host)),
  }
  return {
    inScope: (url) => decide(rules, url) === null,
    explain: (url) => {
      const refusal = decide(rules, url)
      return refusal === null
        ? { inScope: true, reason: admission(rules, url) }
        : { inScope: false, reason: refusal() }
    },
  }
}

interface Rules {
  readonly hosts: ReadonlySet<string>
  readonly exclude: readonly Pattern[]
  readonly widening: readonly Pattern[]
  readonly narrowing: readonly Pattern[]
}

/** Null when the URL is in scope, else what says why not, worded only when asked. */
function decide(rules: Rules, url: string): (() => string) | null {
  return refuse(rules, url) ?? (url.length > URL_CHARS_MAX ? () => TOO_LONG : null)
}

function refuse(rules: Rules, url: string): (() => string) | null {
  const parts = partsOf(url)
  if (parts === null) return () => 'not an http or https URL'
  const excluded = find(rules.exclude, parts)
  if (excluded !== undefined) return () => `excluded by --exclude ${excluded.source}`
  if (find(rules.widening, parts) !== undefined) return null
  if (!rules.hosts.has(parts.host)) return () => `host ${parts.host} is not a seed host`
  if (!narrows(rules, parts.host) || find(rules.narrowing, parts) !== undefined) return null
  return () => 'matches no --include'
}

function admission(rules: Rules, url: string): string {
  const parts = partsOf(url)
  const included = parts === null ? undefined : find([...rules.widening, ...rules.narrowing], parts)
  return included === undefined
    ? `host ${parts?.host ?? ''} is a seed host`
    : `included by --include ${included.source}`
}

/** With several seed hosts, an include that names one of them says nothing about the others. */
function narrows(rules: Rules, host: string): boolean {
  return rules.narrowing.some((pattern) => pattern.host === null || pattern.host === host)
}

function find(patterns: readonly Pattern[], parts: UrlParts): Pattern | undefined {
  return patterns.find((pattern) => pattern.matches(parts))
}

// A url key is normalised, so host and path can be cut out in one go; a test compares with the URL standard.
const URL_KEY = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@]+)(\/[^#]*)$/

function partsOf(url: string): UrlParts | null {
  const [, host, path] = URL_KEY.exec(url) ?? []
  return host === undefined || path === undefined ? null : { host, path }
}
