/**
 * api: turns an address of a WordPress API into what it answered, and its times into ours and back. It promises that
 * robots.txt and the pace of the host are kept, and that what is no whole JSON is never taken for an answer. It never
 * stores and never decides what is asked next.
 */
export { asked, under } from './api-url.ts'
export { ask, askAlso, codeOf } from './ask.ts'
export type { ApiAnswer, AskTools } from './ask.ts'
export { siteClock } from './site-clock.ts'
export type { SiteZone, ToUtc } from './site-clock.ts'
export { isSiteTime, moved, siteMs, siteTime } from './site-time.ts'
