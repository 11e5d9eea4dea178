/** The fake WordPress site of the benchmark, in a process of its own: prints its address, then a count on each line it is sent. */
import { createInterface } from 'node:readline'

import { seededRandom } from '../../test/site/index.ts'
import { makeContent, serveWordpress } from '../../test/wordpress/index.ts'

const stream = seededRandom(1)
const amounts = { users: 200, categories: 50, tags: 2000, media: 2000, words: Number(process.argv[3]) }
const content = makeContent({ posts: Number(process.argv[2]), pages: 100, ...amounts }, () => stream.next())
const site = await serveWordpress(content)
process.stdout.write(`${site.url}\n`)
for await (const line of createInterface(process.stdin))
  process.stdout.write(`${line} ${site.requests.length}\n`)
await site[Symbol.asyncDispose]()
