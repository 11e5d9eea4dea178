/**
 * The private-address guard. A crawler follows links that strangers wrote, so without it a page could point it at the
 * cloud's metadata service or a router's front page and have the answer published. It stands at the two places where an address comes in: the literal host of a URL, and
 * the answer of the resolver at the moment of connecting. The socket connects to the very addresses checked here, so
 * a name that is public when looked at and private when used (DNS rebinding) gains nothing.
 */
import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import ipaddr from 'ipaddr.js'
import { MillraceError } from '../../../model/index.ts'

/** One address of a name; `family` is 4 or 6. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** All addresses of a host name, best first. Rejects with the driver's error (`code` ENOTFOUND and so on). */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

/** The system's resolver, hosts file included. */
export const systemResolve: Resolve = (host) => dnsLookup(host, { all: true })

/** @throws MillraceError AddressRefused when the URL's host is itself an address that is not public. */
export function refusePrivateLiteral(url: URL): void {
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refusal(host, [host])
}

/**
 * For a host that somebody else connects to, a proxy: refused when any of its addresses is not public, because we can
 * not choose among them for it. @throws MillraceError AddressRefused, and what the resolver throws
 */
export async function refusePrivateName(url: URL, resolve: Resolve): Promise<void> {
  if (url.hostname.startsWith('[') || isIP(url.hostname) !== 0) return refusePrivateLiteral(url)
  const addresses = (await resolve(url.hostname)).map(({ address }) => address)
  if (addresses.length === 0) throw noAddress(url.hostname)
  if (!addresses.every(isPublicAddress)) throw refusal(url.hostname, addresses)
}

/**
 * A `lookup` for net.connect that gives out public addresses only. A name with some public addresses gets those; one
 * with none fails with AddressRefused.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return lookupWith(async (host) => {
    const all = await resolve(host)
    const allowed = all.filter(({ address }) => isPublicAddress(address))
    if (allowed.length > 0 || all.length === 0) return allowed
    throw refusal(
      host,
      all.map(({ address }) => address),
    )
  })
}

/** The same without the guard, for crawling one's own machines. */
export function openLookup(resolve: Resolve): LookupFunction {
  return lookupWith(resolve)
}

function lookupWith(resolve: Resolve): LookupFunction {
  const ask = callbackify(resolve)
  return (host, options, answer) => {
    ask(host, (error, addresses) => {
      const first = error ? undefined : addresses[0]
      if (first === undefined) answer(error ?? noAddress(host), '')
      else if (options.all === true) answer(null, [...addresses])
      else answer(null, first.address, first.family)
    })
  }
}

function noAddress(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
}

function refusal(host: string, addresses: readonly string[]): MillraceError {
  const shown = addresses[0] === host ? host : `${host} (${addresses.join(', ')})`
  return new MillraceError(
    'AddressRefused',
    `refused to connect to ${shown}: private, loopback and link-local addresses are refused; ` +
      'use --allow-private for your own machines',
    { facts: { host, addresses: addresses.join(' ') } },
  )
}

type Parsed = ipaddr.IPv4 | ipaddr.IPv6

/**
 * True only for globally routable unicast (IANA special-purpose registries, RFC 6890). False for private, shared
 * (100.64/10), loopback, link-local, unique-local, multicast, documentation, benchmarking and reserved addresses,
 * for IPv6 outside 2000::/3, and for text that is no address. An IPv6 address that wraps an IPv4 one (mapped, NAT64,
 * 6to4) is judged by the IPv4 one, because that is where its packets arrive.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  const inner = wrappedIPv4(parsed)
  if (inner !== undefined) return inner.range() === 'unicast'
  return parsed.range() === 'unicast' && (isIPv4(parsed) || isGlobalIPv6(parsed))
}

function wrappedIPv4(address: Parsed): ipaddr.IPv4 | undefined {
  if (isIPv4(address)) return undefined
  const bytes = address.toByteArray()
  const range = address.range()
  if (range === 'ipv4Mapped') return new ipaddr.IPv4(bytes.slice(12))
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6))
  // Only the well-known prefix 64:ff9b::/96; 64:ff9b:1::/48 (RFC 8215) is for use inside one network.
  if (range === 'rfc6052' && address.parts[2] === 0) return new ipaddr.IPv4(bytes.slice(12))
  return undefined
}

/** IANA has given out no unicast outside 2000::/3, yet ipaddr.js calls ::127.0.0.1 (RFC 4291, deprecated) unicast. */
function isGlobalIPv6(address: ipaddr.IPv6): boolean {
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000
}

function isIPv4(address: Parsed): address is ipaddr.IPv4 {
  return address.kind() === 'ipv4'
}
