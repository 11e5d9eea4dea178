/**
 * Where a document lies in a folder: a path that a person recognises the URL in. It can not leave the folder, is short
 * enough for every file system, and ends in a digest of the url key, so that no two URLs share a file, not even where
 * upper and lower case are one. Folders have no dot in their names but for the host's, so none is ever named as a file.
 */
import { sha256, urlKey } from '../../../model/index.ts'

/** Folders between the host's and the file. */
const FOLDERS_MAX = 6
/** Code points of a name before the digest; four bytes each at most. */
const NAME_MAX = 40
/** Hex digits: 128 bits, so that nobody finds two URLs with one digest. */
const DIGEST_DIGITS = 32

/** What Windows takes for a device, whatever its ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i

/** A relative path with / between its parts, such as `site.test/docs/intro-1f0c....md`. `ending` without the dot. */
export function documentPath(url: string, ending: string): string {
  const { host, pathname } = new URL(url)
  const parts = pathname.split('/').filter((part) => part !== '')
  const folders = parts.slice(0, -1).slice(0, FOLDERS_MAX).map(plainName)
  const name = plainName((parts.at(-1) ?? 'index').replace(/\.\w{2,5}$/, ''))
  const digest = sha256(urlKey(url)).slice(0, DIGEST_DIGITS)
  return [hostName(host), ...folders, `${name}-${digest}.${ending}`].join('/')
}

/** Letters, digits and - of any script; all else, dots included, becomes -. */
function plainName(part: string): string {
  const plain = decoded(part)
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
  const short = Array.from(plain).slice(0, NAME_MAX).join('')
  if (short === '') return '_'
  return DEVICE.test(short) ? `_${short}` : short
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // Not every % in a URL begins an escape of UTF-8; such a part is named as it is written.
    return part
  }
}

/** `a.test:81` is `a.test-81`; an IPv6 address loses its brackets. Names of hosts are at most 253 ASCII characters. */
function hostName(host: string): string {
  const plain = host.replaceAll(/[^a-z\d.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? '_' : plain.slice(0, 200)
}
