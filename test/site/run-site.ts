/**
 * Hosts a generated site in a process of its own, so that a test may kill the crawler, the site or both:
 * `node test/site/run-site.ts '{"pages":100,"seed":1}'` prints one JSON line {url, pageUrls} and serves until a
 * signal ends it.
 */
import { writeSync } from 'node:fs'

import type { SiteOptions } from './plan.ts'
import { startSite } from './site.ts'

const [text] = process.argv.slice(2)
if (text === undefined)
  throw new Error(`expected the site's options as JSON, for example {"pages":100,"seed":1}`)
const { url, pageUrls } = await startSite(JSON.parse(text) as SiteOptions)
// Written in one go: the reader takes the first line as a whole.
writeSync(1, `${JSON.stringify({ url, pageUrls })}\n`)
