/** Error codes in groups, as somebody thinks of them who decides what to send again. */
import { ERRORS, type ErrorCode } from '../../model/index.ts'

/**
 * network: nobody was reached, or the connection broke; server: it answered that it can not now; content: an answer that
 * can not be used; refused: never asked, because the address is not allowed; ours: everything else, which is Millrace's
 * own: a mistake in it, a job that ends its process, a store that refused a write.
 */
const CLASSES: Readonly<Record<string, readonly ErrorCode[]>> = {
  network: ['ConnectionLost', 'FetchTimeout', 'ProxyFailed', 'TlsFailed', 'UnreachableHost'],
  server: ['RateLimited', 'RobotsUnavailable', 'ServerError'],
  content: ['BadEncoding', 'BodyTooLarge', 'TooManyRedirects', 'Unreadable'],
  refused: ['AddressRefused', 'BadUrl'],
}

const OURS = 'ours'

/** The names of the groups. */
export const ERROR_CLASSES: readonly string[] = [...Object.keys(CLASSES), OURS]

/** The group of a code. */
export function errorClassOf(code: string): string {
  return Object.keys(CLASSES).find((name) => CLASSES[name]?.some((one) => one === code)) ?? OURS
}

/** The codes that a group, or one code by its own name, stands for; undefined when it is neither. Case does not matter. */
export function codesOfClass(name: string): readonly string[] | undefined {
  const wanted = name.toLowerCase()
  const codes = Object.keys(ERRORS)
  if (ERROR_CLASSES.includes(wanted)) return codes.filter((code) => errorClassOf(code) === wanted)
  const one = codes.find((code) => code.toLowerCase() === wanted)
  return one === undefined ? undefined : [one]
}
