/** Counts what a crawl does while it does it, for its progress and summary. Only settled work is counted. */
import { PAGE_KIND, pageRowsIn } from '../crawl/index.ts'
import type { AttemptEnd } from '../jobs/index.ts'

/** What happened so far in this call. */
export class CrawlTally {
  pages = 0
  bytes = 0
  retried = 0
  /** Failures by class: a status such as '404', or an error code. */
  readonly failures = new Map<string, number>()

  /** Takes in one settled job. */
  add(end: AttemptEnd): void {
    if (end.outcome === 'retried') this.retried++
    if (end.outcome === 'dead' && end.job.kind === PAGE_KIND) this.#fail(end.error?.code ?? 'Fault')
    if (end.outcome !== 'completed') return
    for (const page of pageRowsIn(end.commands)) {
      this.pages++
      this.bytes += page.bytes
      const code = /^([A-Z][A-Za-z]+): /.exec(page.note ?? '')?.[1]
      if (page.status >= 400) this.#fail(String(page.status))
      else if (code !== undefined) this.#fail(code)
    }
  }

  /** "404 ×2, FetchTimeout ×1", most frequent first; '' when nothing failed. */
  failureText(): string {
    const classes = [...this.failures].sort((a, b) => b[1] - a[1])
    return classes.map(([name, count]) => `${name} ×${count}`).join(', ')
  }

  #fail(name: string): void {
    this.failures.set(name, (this.failures.get(name) ?? 0) + 1)
  }
}
