/**
 * test/site: websites for tests. `startSite` serves a well-behaved generated site whose whole truth is known before
 * it is crawled; `startHostileSite` serves one named trap per path. Both listen on loopback only and close at once.
 */
export { HOSTILE_PATHS, startHostileSite } from './hostile.ts'
export type { HostileSite } from './hostile.ts'
export type { Detour, SiteOptions } from './plan.ts'
export { seededRandom } from './random.ts'
export type { Random } from './random.ts'
export { startSite } from './site.ts'
export type { Site } from './site.ts'
