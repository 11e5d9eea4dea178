/** The nouns of one exchange: what is asked for, what came back, and how its headers are read. */
import { urlKey } from '../../model/index.ts'

/** Headers as they came over the wire: order, case and duplicates kept; each character of a value is one byte. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** One GET. */
export interface FetchRequest {
  /** An absolute http(s) URL; its fragment and any user name or password in it are not sent. */
  readonly url: string
  /** The Accept header. Default: `text/html,application/xhtml+xml;q=0.9,*\/*;q=0.5`. */
  readonly accept?: string
  /** Request headers that make it conditional, see RFC 9110 section 13; sent as they are. Default: none. */
  readonly conditions?: HeaderList
  /** Called once, when the head has come; false means that the body is not downloaded. Default: every body is. */
  readonly wantsBody?: (head: FetchHead) => boolean
}

/** What is known of an answer before its body. */
export interface FetchHead {
  /** The URL asked for, as WHATWG writes it, without fragment and credentials. A redirect is an answer like any other, so this is never its target. */
  readonly url: string
  readonly status: number
  readonly headers: HeaderList
  /** The IP address that answered. */
  readonly remoteAddress: string
}

/** One whole answer. */
export interface FetchAnswer extends FetchHead {
  /**
   * The content after Content-Encoding is undone; null when wantsBody said no. It may be a view on a larger buffer:
   * copy it before transferring its `buffer` to another thread.
   */
  readonly body: Uint8Array | null
  /** Body bytes received, before decoding and without the framing of chunks; 0 when the body was not wanted. */
  readonly wireBytes: number
  /** When the fetch was asked for, in milliseconds since 1970. */
  readonly startedAt: number
  /** From then until the body was decoded. */
  readonly durationMs: number
}

/** The first value of a header, whatever the case of its name; undefined when there is none. */
export function header(headers: HeaderList, name: string): string | undefined {
  return headers.find((entry) => isNamed(entry, name.toLowerCase()))?.[1]
}

/** The url key that an answer redirects to; null when it is none, or leads out of http(s). */
export function redirectOf(head: FetchHead): string | null {
  const location = header(head.headers, 'location')
  const isRedirect = head.status >= 300 && head.status < 400 && head.status !== 304
  if (!isRedirect || location === undefined) return null
  // Servers send UTF-8 here although header values arrive as latin1 (RFC 9110 section 5.5).
  const target = URL.parse(Buffer.from(location, 'latin1').toString('utf8'), head.url)
  return target !== null && /^https?:$/.test(target.protocol) ? urlKey(target) : null
}

/** All values of a header as one comma-separated list (RFC 9110 section 5.3); empty when there is none. */
export function joinedHeader(headers: HeaderList, name: string): string {
  return headers
    .filter((entry) => isNamed(entry, name))
    .map(([, value]) => value)
    .join(',')
}

function isNamed([name]: readonly [string, string], wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted
}
