/**
 * network: turns a source's settings into the way its requests go and what they show. It promises that what is secret is
 * in no message, no fact and no row, and that it is sent to the source's own hosts only, and that no
 * address of an inner network is reached unless that is allowed. It never decides what is fetched.
 */
export { CookieKeeper, withoutCookieValues } from './cookies.ts'
export {
  guardedLookup,
  isPublicAddress,
  openLookup,
  refusePrivateLiteral,
  refusePrivateName,
  systemResolve,
} from './guard.ts'
export type { Resolve, ResolvedAddress } from './guard.ts'
export { chooseProxy, proxyAuthorization, proxyName } from './proxy.ts'
export type { ChooseProxy, Environment } from './proxy.ts'
export { networkFacts, requireUserAgent, secretHeaders } from './source-network.ts'
export type { BasicAuth, NetworkFacts, SourceNetwork } from './source-network.ts'
export { forwardConnector, proxyRefusal, tunnelConnector } from './tunnel.ts'
