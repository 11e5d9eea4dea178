/**
 * politeness: turns what a host asks of robots into whether and how fast we read it, kept in the store so that it
 * outlives us. It promises that a host whose robots.txt can not be had is left alone for a while. It never fetches pages.
 */
export { fetchRobots } from './fetch-robots.ts'
export type { FetchedRobots } from './fetch-robots.ts'
export { hostSaid } from './host-said.ts'
export { keptCrawlDelayMs, keptOpinion, keptSitemaps } from './kept-robots.ts'
export { RobotsKeeper, robotsDefinitions } from './robots-keeper.ts'
export { allows, crawlDelayMs, robotsVerdict, sitemapsOf } from './robots/index.ts'
