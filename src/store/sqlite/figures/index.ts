/**
 * figures: turns what a store does into figures that its own process and others can read, and into notices about what
 * takes too long. It promises that looking costs the work next to nothing; it decides nothing and keeps nothing.
 */
export { publishedFigures } from './published.ts'
export type { PublishedFigures } from './published.ts'
export { newPulseMemory, Pulse } from './pulse.ts'
export type { Beat, PulseMemory } from './pulse.ts'
export { StoreWatch } from './store-watch.ts'
export { Watchdog } from './watchdog.ts'
export type { Notice } from './watchdog.ts'
