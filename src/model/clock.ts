/** Time as an argument: code that decides takes a Clock, so a test can move it by hand. */

/** Milliseconds since 1970 in UTC, an integer that never runs backwards within a process. */
export interface Clock {
  now(): number
}

/** The machine's clock, read once and then advanced by the monotonic timer, so a stepped clock can not move it back. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
}
