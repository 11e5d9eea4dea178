/**
 * Cookies of one source, in memory only: a session is a secret, and a secret is not stored. A crawl that is taken up
 * again begins without them, as a browser does that was closed.
 */
import { CookieJar } from 'tough-cookie'
import type { HeaderList } from '../answer.ts'

/** Of one host; RFC 6265 asks for at least 50, and what a server sets without end must end somewhere. */
const COOKIES_MAX = 100
const COOKIE_CHARS_MAX = 4096

/** Keeps what hosts set, and says what goes back to them. */
export class CookieKeeper {
  readonly #jar = new CookieJar()

  /** The Cookie header for a URL; empty when there is none. */
  headerFor(url: URL): string {
    return this.#jar.getCookieStringSync(url.href)
  }

  /** Takes in what an answer sets; a cookie that is against the rules is left out, as browsers do. */
  keep(url: URL, headers: HeaderList): void {
    for (const [name, value] of headers) {
      if (name.toLowerCase() !== 'set-cookie' || value.length > COOKIE_CHARS_MAX) continue
      if (this.#jar.getCookiesSync(url.href).length >= COOKIES_MAX) return
      this.#jar.setCookieSync(value, url.href, { ignoreError: true })
    }
  }
}

/** The same headers with the values of cookies left out: a page's row shows that one was set, and opens no session. */
export function withoutCookieValues(headers: HeaderList): HeaderList {
  return headers.map(([name, value]) =>
    name.toLowerCase() === 'set-cookie' ? [name, masked(value)] : [name, value],
  )
}

function masked(cookie: string): string {
  const [pair = '', ...attributes] = cookie.split(';')
  const equals = pair.indexOf('=')
  return [`${equals < 0 ? '' : pair.slice(0, equals + 1)}***`, ...attributes].join(';')
}
