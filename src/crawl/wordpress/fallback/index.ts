/**
 * fallback: turns a site whose API can not be read into pages to be read as any site's. It promises that this is noted with
 * its reason. It never claims that what was found is all.
 */
export { feed, readAsSite } from './fallback.ts'
