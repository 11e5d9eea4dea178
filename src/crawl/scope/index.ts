/**
 * scope turns seeds and a person's include and exclude patterns into one question, "does this URL belong to the crawl?",
 * and answers it with a reason. It promises that the quick answer and the explained one agree. It never fetches, and it
 * never changes a URL: seeds, too, are judged by the rules they came with.
 */
export { compileGlob } from './glob.ts'
export type { Match } from './glob.ts'
export { ownOf } from './own.ts'
export { parsePattern } from './pattern.ts'
export type { Pattern, UrlParts } from './pattern.ts'
export { compileScope, scopeOf, TOO_LONG } from './scope.ts'
export type { CompiledScope, Scope, ScopeRules, ScopeVerdict } from './scope.ts'
