/** What the two processes of an inspection say to each other. */
import type { Inspection } from '../../finding.ts'

/** What the process that looks into the file is asked. */
export interface InspectRequest {
  readonly path: string
  readonly isFull: boolean
}

/** What it says at its end; its checks went ahead, one by one. */
export type InspectAnswer = Omit<Inspection, 'checks'>
