/** Who makes a run wait, whichever kind of its jobs it is that waits. */
import { PAGE_KIND, WORDPRESS_KIND } from '../../../crawl/index.ts'
import { waitingLanes } from '../../../jobs/index.ts'
import type { Reader } from '../../../store/index.ts'

/** Hosts that hold back pages or steps of a run at a time, in milliseconds since 1970: the soonest first, each once. */
export async function waitingHosts(
  reader: Reader,
  { run, at }: { readonly run: string; readonly at: number },
) {
  const kinds = [PAGE_KIND, WORDPRESS_KIND]
  const lanes = await Promise.all(kinds.map((kind) => reader.read(waitingLanes({ run, kind, at }))))
  const byKey = new Map(lanes.flat().map((lane) => [lane.key, lane]))
  return [...byKey.values()].sort((a, b) => a.waitUntil - b.waitUntil)
}
