/** What the robots.txt files in the store say, without asking anybody: for those who want to know why. */
import { urlKey } from '../../model/index.ts'
import type { Reader } from '../../store/index.ts'
import { allows, crawlDelayMs, robotsVerdict, sitemapsOf, type RobotsVerdict } from './robots/index.ts'
import { findRobots } from './robots-keeper.ts'

/** unknown: its robots.txt was never had. */
export type RobotsOpinion = 'allowed' | 'forbidden' | 'unknown'

/** What the newest robots.txt in the store says of a URL to an agent. */
export async function keptOpinion(reader: Reader, userAgent: string, url: string): Promise<RobotsOpinion> {
  const verdict = await keptVerdict(reader, new URL(url).origin)
  if (verdict === undefined || verdict.kind === 'wait') return 'unknown'
  return verdict.kind !== 'rules' || allows(verdict.rules, userAgent, url) ? 'allowed' : 'forbidden'
}

/** The sitemaps that the newest robots.txt in the store names, as url keys. */
export async function keptSitemaps(reader: Reader, origin: string): Promise<readonly string[]> {
  const verdict = await keptVerdict(reader, origin)
  return verdict?.kind === 'rules' ? sitemapsOf(verdict.rules).map(urlKey) : []
}

/** The Crawl-delay that a host (`URL.host`) asks of an agent, in milliseconds; null when it asks none, or is not known. */
export async function keptCrawlDelayMs(
  reader: Reader,
  userAgent: string,
  host: string,
): Promise<number | null> {
  const origins = ['https', 'http'].map((scheme) => `${scheme}://${host}`).filter((url) => URL.canParse(url))
  const verdicts = await Promise.all(origins.map((origin) => keptVerdict(reader, origin)))
  const delays = verdicts.flatMap((verdict) =>
    verdict?.kind === 'rules' ? [crawlDelayMs(verdict.rules, userAgent) ?? 0] : [],
  )
  const delayMs = Math.max(0, ...delays)
  return delayMs > 0 ? delayMs : null
}

async function keptVerdict(reader: Reader, origin: string): Promise<RobotsVerdict | undefined> {
  const [kept] = await reader.read(findRobots({ origin, at: 0 }))
  return kept === undefined ? undefined : robotsVerdict({ ...kept, url: `${origin}/robots.txt` })
}
