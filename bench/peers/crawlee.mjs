/** Crawlee's side of the crawl benchmark: `node crawlee.mjs URL FOLDER CONCURRENCY` prints {"pages": N}. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { CheerioCrawler, Configuration } from '@crawlee/cheerio'

const [url, folder, concurrency] = process.argv.slice(2)

// Disk storage is Crawlee's durable mode, so the one to compare with; the logger would write to our stdout.
process.env.CRAWLEE_STORAGE_DIR = folder
process.env.CRAWLEE_LOG_LEVEL = 'ERROR'

const crawler = new CheerioCrawler(
  {
    minConcurrency: Number(concurrency),
    maxConcurrency: Number(concurrency),
    async requestHandler({ request, $, enqueueLinks, pushData }) {
      await pushData({ url: request.loadedUrl, title: $('title').text(), text: $('body').text() })
      await enqueueLinks({ strategy: 'same-hostname' })
    },
  },
  new Configuration({ persistStorage: true, purgeOnStart: true }),
)
await crawler.run([url])

const rows = await readdir(join(folder, 'datasets', 'default'))
process.stdout.write(
  `${JSON.stringify({ pages: rows.filter((name) => name !== '__metadata__.json').length })}\n`,
)
