/** Extraction on a thread: pages come in as a message, their texts go out as one. */
import { isMainThread, parentPort } from 'node:worker_threads'

import { decodeHtml, extractContent } from '../../src/crawl/index.ts'
import type { Page } from '../rig/extract.ts'

/** The text of each page; markdown and facts are made along with it. */
export function textsOf(pages: readonly Page[]): readonly string[] {
  return pages.map(({ url, html }) => extractContent(decodeHtml(html, 'text/html').html, url).text)
}

if (!isMainThread) {
  parentPort?.on('message', (pages: readonly Page[]) => parentPort?.postMessage(textsOf(pages)))
  parentPort?.postMessage('ready')
}
