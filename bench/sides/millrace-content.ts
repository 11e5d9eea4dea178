/** Millrace's side of the content benchmark: bytes to text, markdown and facts, on this thread or on several others. */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

import { type Page, timeExtraction } from '../rig/extract.ts'
import { textsOf } from './content-worker.ts'

const { values } = parseArgs({ strict: false, options: { threads: { type: 'string', default: '1' } } })
const threads = Number(values['threads'])
const workers = threads === 1 ? [] : Array.from({ length: threads }, () => startWorker())
await Promise.all(workers.map((worker) => once(worker, 'message')))
await timeExtraction(workers.length === 0 ? async (pages) => textsOf(pages) : onThreads)
await Promise.all(workers.map((worker) => worker.terminate()))

function startWorker(): Worker {
  return new Worker(new URL('content-worker.ts', import.meta.url))
}

/** Every worker takes every n-th page, so that large ones are spread. */
async function onThreads(pages: readonly Page[]): Promise<readonly string[]> {
  const shares = await Promise.all(
    workers.map(async (worker, share) => {
      worker.postMessage(pages.filter((_, index) => index % threads === share))
      const [texts] = (await once(worker, 'message')) as [readonly string[]]
      return texts
    }),
  )
  return pages.map((_, index) => shares[index % threads]?.[Math.floor(index / threads)] ?? '')
}
