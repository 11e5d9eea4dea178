/** Everything a stranger's server could make endless has a limit here. */

/** The limits of one fetch. */
export interface FetchLimits {
  /** Most body bytes, both as received and after decoding. Default: 10 MiB. */
  readonly bodyBytesMax: number
  /** Longest time from the call to the last body byte, waiting for a free connection included. Default: 60 s. */
  readonly totalMs: number
  /**
   * Longest silence of the server: until its whole head has come, then between two pieces of the body. undici's
   * timers tick about twice a second, so it may be up to a second late, as may connectMs. Default: 20 s.
   */
  readonly idleMs: number
  /** Longest time to resolve the name, connect and shake hands. Default: 10 s. */
  readonly connectMs: number
  /** Most bytes of all header names and values together. Default: 64 KiB. */
  readonly headerBytesMax: number
  /** Most decoded bytes for each byte received, once more than 1 MiB is decoded. Default: 200. */
  readonly ratioMax: number
}

/** The limits that hold where an option does not say otherwise. */
export const defaultLimits: FetchLimits = {
  bodyBytesMax: 10 * 1024 * 1024,
  totalMs: 60_000,
  idleMs: 20_000,
  connectMs: 10_000,
  headerBytesMax: 64 * 1024,
  ratioMax: 200,
}
