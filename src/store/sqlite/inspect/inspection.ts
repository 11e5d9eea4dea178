/** What an inspection gives, and what its two processes say to each other. */
import type { Check } from './check.ts'

/** A process that registered with the store. */
export interface RegisteredProcess {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly command: string
  readonly startedAt: number
  /** Whether it holds its lock. */
  readonly isAlive: boolean
}

/** What was found. */
export interface Inspection {
  readonly checks: readonly Check[]
  readonly processes: readonly RegisteredProcess[]
  /** Whether declared queries can be run on it as it is: it is ours, and its schema is the one this Millrace knows. */
  readonly isReadable: boolean
}

/** What the process that looks into the file is asked. */
export interface InspectRequest {
  readonly path: string
  readonly isFull: boolean
}

/** What it says at its end; its checks went ahead, one by one. */
export type InspectAnswer = Omit<Inspection, 'checks'>
