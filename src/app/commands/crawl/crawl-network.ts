/** What is out of the ordinary about the way to a source, in lines for a person. */
import { networkFacts, type SourceNetwork } from '../../../crawl/index.ts'
import { plainLine } from '../../print/plain-text.ts'

/** Said at the start and at the end of a crawl; what may go wrong unseen is a warning. */
export function networkWarnings({ tls }: SourceNetwork): readonly string[] {
  return tls === 'unchecked'
    ? [
        'certificates are not checked: whoever is on the way can read and change what is fetched (--insecure-tls)',
      ]
    : []
}

/** Said at the start. */
export function networkLines(network: SourceNetwork): readonly string[] {
  const { proxy, headers, basicAuth, cookies } = networkFacts(network) ?? {}
  const shown = [
    ...(headers === undefined ? [] : [`headers ${headers.join(', ')}`]),
    ...(basicAuth === undefined ? [] : ['a user and password']),
    ...(cookies === undefined ? [] : ['its cookies, which are not stored']),
  ]
  return [
    ...(proxy === undefined
      ? []
      : [`by the proxy ${proxy === 'env' ? 'of the environment' : plainLine(proxy, 120)}`]),
    ...(shown.length === 0 ? [] : [`its own hosts are shown ${shown.join('; ')}`]),
  ]
}

/** A hint where a user agent names no way to reach whoever crawls; null where it does. */
export function contactHint(userAgent: string): string | null {
  if (/https?:\/\/|@/.test(userAgent)) return null
  return `--user-agent names no way to reach you; add one, as in "${plainLine(userAgent, 60)} (+https://example.org/about)"`
}
