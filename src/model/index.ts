/**
 * model: the nouns every folder speaks of, and what gives them identity: ids, digests, url keys, canonical JSON, time
 * as an argument, and the one error family. It is pure: it reads no file, opens no socket and imports no other folder.
 */
export { systemClock } from './clock.ts'
export type { Clock } from './clock.ts'
export { sha256 } from './digest.ts'
export { ERRORS, isMillraceError, MillraceError, toMillraceError } from './errors.ts'
export type { Applied, ErrorCode, ErrorDetail } from './errors.ts'
export { newId } from './id.ts'
export { canonicalJson } from './json.ts'
export type { Json } from './json.ts'
export { hostOf, parseHttpUrl, URL_CHARS_MAX, URL_KEY_VERSION, urlKey } from './url.ts'
