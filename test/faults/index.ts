/**
 * test/faults: turns a seed into faults of the disk under the real store, and what is left of its file into a list of
 * what is wrong with it. It never alters the store it tries.
 */
export { powerTrial, POWER_SIZES } from './power.ts'
export type { PowerResult, PowerTrial } from './power.ts'
export { whyNoStrace } from './strace.ts'
export { Sweep } from './sweep.ts'
export type { Fault } from './sweep.ts'
export { powerPart, sweepPart } from './torture-parts.ts'
