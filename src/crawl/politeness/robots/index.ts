/**
 * robots turns a host's robots.txt, or its failure to give one, into what we may fetch, how fast, and where its
 * sitemaps are, after RFC 9309. It promises that no file, however malformed, throws or opens a host that asked to be
 * left alone. It never fetches, and it never decides for how long to wait.
 */
export { allows, crawlDelayMs, robotsVerdict, sitemapsOf } from './ask-robots.ts'
export type { RobotsAnswer, RobotsVerdict } from './ask-robots.ts'
export { parseRobots } from './parse-robots.ts'
export type { RobotsGroup, RobotsRule, RobotsRules } from './parse-robots.ts'
